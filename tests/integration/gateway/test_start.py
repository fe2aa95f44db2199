"""What has to be so before a gateway starts, and what it says in one line otherwise."""

import json
import socket
from pathlib import Path

import httpx
import msgspec
import pytest

from entrypoints.gateway.errors import GatewayConfigError, PortInUseError, RunDirInUseError
from entrypoints.gateway.lifetime import run
from entrypoints.gateway.process import check_ports, held, write_config
from entrypoints.gateway.render import BOOTSTRAP_FILE
from entrypoints.gateway.validation import validate
from entrypoints.local.ports import free_port
from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, bearer, running_upstream, settings_for
from tests.integration.system.parts import kondate
from tests.support.envoy import running_gateway
from tests.support.tokens import TestIssuer


def test_a_port_in_use_is_named_before_anything_starts(key_set_url: str, upstream: Upstream) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = msgspec.structs.replace(
            settings_for(key_set_url, upstream), gateway_port=port, gateway_metrics_port=free_port()
        )
        with pytest.raises(PortInUseError, match=f"KONDATE_GATEWAY_PORT: cannot listen on 127.0.0.1:{port}"):
            check_ports(settings)


def test_two_gateways_do_not_share_a_run_directory(key_set_url: str, upstream: Upstream, tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(RunDirInUseError) as refusal:
        run(settings_for(key_set_url, upstream), ROUTES, tmp_path)

    assert str(refusal.value) == f"--run-dir: another gateway runs with {tmp_path}"
    assert not (tmp_path / BOOTSTRAP_FILE).exists()


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


ADDRESSES = {"KONDATE_DATABASE_URL": "postgresql://unused", "KONDATE_ISSUER": "http://127.0.0.1:9000"}


def test_the_configuration_is_printed_without_starting_anything(tmp_path: Path) -> None:
    first, again = (kondate("gateway", "render", "--run-dir", str(tmp_path), settings=ADDRESSES) for _ in range(2))

    assert first.stdout == again.stdout
    assert [each["name"] for each in json.loads(first.stdout)["static_resources"]["listeners"]] == ["public", "metrics"]
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_rendered_is_one_line() -> None:
    done = kondate("gateway", "render", settings={**ADDRESSES, "KONDATE_STAGE": "production"})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "kondate: KONDATE_GATEWAY_TLS_CERTIFICATE: stage production is served over TLS only\n"
