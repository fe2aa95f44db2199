"""How the process starts: it becomes Envoy, or says in one line why not."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest

from entrypoints.gateway.errors import GatewayConfigError, PortInUseError
from entrypoints.gateway.process import check_ports, validate, write_config
from entrypoints.settings import Stage
from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, bearer, running_upstream, settings_for
from tests.support.envoy import die_with_parent, free_port, running_gateway
from tests.support.tokens import TestIssuer

BECOME_GATEWAY = """
import sys
from pathlib import Path
from entrypoints.gateway.process import run
from entrypoints.settings import Settings
run(Settings(database_url="postgresql://unused", issuer="http://127.0.0.1:9", gateway_port=int(sys.argv[2]),
             gateway_metrics_port=int(sys.argv[3])), (), Path(sys.argv[1]))
"""


def test_the_process_that_was_started_becomes_envoy(tmp_path: Path) -> None:
    port, metrics_port = free_port(), free_port()
    with subprocess.Popen(
        [sys.executable, "-c", BECOME_GATEWAY, str(tmp_path), str(port), str(metrics_port)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509 (one call into libc, no threads of ours hold locks it needs)
    ) as process:
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=8), trust_env=False) as client:
                answer = client.get(f"http://127.0.0.1:{port}/recipe/1")
            program = Path(f"/proc/{process.pid}/exe").resolve().name
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=5)
        finally:
            process.kill()

    assert answer.status_code == 404
    assert program == "envoy"
    assert code == 0


def test_a_port_in_use_is_named_before_anything_starts(key_set_url: str, upstream: Upstream) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = msgspec.structs.replace(settings_for(key_set_url, upstream), gateway_port=port)
        with pytest.raises(PortInUseError, match=f"KONDATE_GATEWAY_PORT: cannot listen on 127.0.0.1:{port}"):
            check_ports(settings)


def test_what_envoy_refuses_is_one_line(key_set_url: str, upstream: Upstream, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(settings_for(key_set_url, upstream), gateway_host="not-an-address")

    with pytest.raises(GatewayConfigError) as refusal:
        validate(write_config(settings, ROUTES, tmp_path))

    assert "not-an-address" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_configuration_for_real_hosts_is_accepted(tmp_path: Path, upstream: Upstream) -> None:
    settings = msgspec.structs.replace(
        settings_for("https://issuer.example/keys", upstream),
        gateway_upstreams=("api-1.internal:8001", "api-2.internal:8001"),
        otlp_endpoint="https://collector.example:4318",
    )

    validate(write_config(settings, ROUTES, tmp_path))


def test_with_a_certificate_the_listener_speaks_tls_and_h2(
    key_set_url: str, issuer: TestIssuer, upstream: Upstream, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    write_certificate(certificate, key)
    settings = msgspec.structs.replace(
        settings_for(key_set_url, upstream),
        stage=Stage.STAGING,
        gateway_tls_certificate=str(certificate),
        gateway_tls_key=str(key),
    )
    context = ssl.create_default_context(cafile=str(certificate))
    with running_gateway(ROUTES, settings, tmp_path) as gateway:
        with httpx.Client(base_url=gateway.url, verify=context, trust_env=False) as client:
            answer = client.get("/recipe/1", headers=bearer(issuer.token(claims={"scope": SCOPES})))
        context.set_alpn_protocols(["h2", "http/1.1"])
        with (
            socket.create_connection(("127.0.0.1", gateway.settings.gateway_port)) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            protocol = secured.selected_alpn_protocol()

    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert dict(answer.json()["headers"])["x-forwarded-proto"] == "https"
    assert protocol == "h2"


def test_without_the_issuers_keys_tokens_are_503_and_public_routes_work(
    issuer: TestIssuer, upstream: Upstream, tmp_path: Path
) -> None:
    settings = settings_for(f"http://127.0.0.1:{free_port()}/keys", upstream)
    with (
        running_gateway(ROUTES, settings, tmp_path) as gateway,
        httpx.Client(base_url=gateway.url, trust_env=False) as client,
    ):
        refused = client.get("/recipe/1", headers=bearer(issuer.token(claims={"scope": SCOPES})))
        public = client.get("/docs")

    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/keys-unavailable"
    assert refused.headers["Retry-After"] == "1"
    assert public.status_code == 200


def test_without_origins_a_preflight_still_ends_at_the_edge(key_set_url: str, tmp_path: Path) -> None:
    with running_upstream() as upstream:
        settings = msgspec.structs.replace(settings_for(key_set_url, upstream), cors_origins=())
        with (
            running_gateway(ROUTES, settings, tmp_path) as gateway,
            httpx.Client(base_url=gateway.url, trust_env=False) as client,
        ):
            asked = {"Origin": "https://any.example", "Access-Control-Request-Method": "GET"}
            answer = client.options("/docs", headers=asked)

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert upstream.received == []


def write_certificate(certificate: Path, key: Path) -> None:
    """Write a certificate for the loopback address that signs itself."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=gateway test",
            "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "keyUsage=critical,digitalSignature,keyCertSign",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
