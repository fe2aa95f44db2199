"""The gateway under TLS: what it speaks, what it promises, and what becomes of plain HTTP."""

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from entrypoints.local.certificate import LocalCertificate
from entrypoints.local.ports import free_port
from entrypoints.settings import Stage
from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, bearer, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> LocalCertificate:
    made = LocalCertificate(tmp_path_factory.mktemp("tls"))
    made.prepare(dt.datetime.fromtimestamp(made.folder.stat().st_mtime, dt.UTC))
    return made


@pytest.fixture(scope="module")
def secured(
    certificate: LocalCertificate, key_set_url: str, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    settings = msgspec.structs.replace(
        settings_for(key_set_url, upstream),
        stage=Stage.STAGING,
        gateway_tls_certificate=str(certificate.certificate),
        gateway_tls_key=str(certificate.key),
        gateway_redirect_port=free_port(),
    )
    with running_gateway(ROUTES, settings, tmp_path_factory.mktemp("secured")) as gateway:
        yield gateway


@pytest.fixture
def trusting(certificate: LocalCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.certificate))


def handshake(secured: Gateway, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    """Return the version of TLS and the protocol that were agreed upon."""
    with (
        socket.create_connection(("127.0.0.1", secured.settings.gateway_port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
    ):
        return wrapped.version(), wrapped.selected_alpn_protocol()


def test_a_client_that_trusts_the_local_certificate_is_served(
    secured: Gateway, trusting: ssl.SSLContext, issuer: TestIssuer
) -> None:
    with httpx.Client(base_url=secured.url, verify=trusting, trust_env=False) as client:
        answer = client.get("/recipe/1", headers=bearer(issuer.token(claims={"scope": SCOPES})))

    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert dict(answer.json()["headers"])["x-forwarded-proto"] == "https"


def test_http_2_is_agreed_upon_over_tls_1_3(secured: Gateway, trusting: ssl.SSLContext) -> None:
    trusting.set_alpn_protocols(["h2", "http/1.1"])

    assert handshake(secured, trusting) == ("TLSv1.3", "h2")


def test_a_request_over_http_2_is_answered(
    secured: Gateway, certificate: LocalCertificate, issuer: TestIssuer, tmp_path: Path
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    head = tmp_path / "authorization"
    head.write_text(f"Authorization: Bearer {issuer.token(claims={'scope': SCOPES})}", encoding="ascii")
    told = "%{http_version} %{response_code}"
    url = f"{secured.url}/recipe/1"
    asked = ["--http2", "--cacert", str(certificate.certificate), "-H", f"@{head}", "-o", os.devnull, "-w", told, url]
    done = subprocess.run(
        [curl, "-sS", "--noproxy", "*", *asked], capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.stdout, done.stderr) == ("2 200", "")


def test_tls_1_1_is_refused(secured: Gateway, trusting: ssl.SSLContext) -> None:
    trusting.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        trusting.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        trusting.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError):
        handshake(secured, trusting)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_is_only_sent_to_the_tls_port(secured: Gateway, upstream: Upstream, method: str) -> None:
    before = len(upstream.received)
    plain = f"http://127.0.0.1:{secured.settings.gateway_redirect_port}"

    answer = httpx.request(method, f"{plain}/recipes?q=rice", content=b"x" * 100, trust_env=False)

    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{secured.url}/recipes?q=rice"
    assert "Server" not in answer.headers
    assert len(upstream.received) == before


def test_plain_http_on_the_tls_port_is_no_service(secured: Gateway) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{secured.settings.gateway_port}/docs", trust_env=False)
