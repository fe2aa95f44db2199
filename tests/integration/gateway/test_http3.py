"""HTTP/3: the same service over QUIC, under the same limits, and through a change of gateways."""

import asyncio
import datetime as dt
import os
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from entrypoints.gateway.errors import GatewayConfigError, PortInUseError
from entrypoints.gateway.http3 import TABLE_FILE
from entrypoints.gateway.process import check_ports, write_config
from entrypoints.gateway.validation import validate
from entrypoints.local.certificate import LocalCertificate
from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import free_port
from entrypoints.local.probes import http_answers
from entrypoints.settings import Settings
from tests.integration.gateway.parts import ROUTES, SCOPES, Upstream, bearer, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.http3 import http3_connection
from tests.support.processes import PROJECT, RunningChild, python, running_child
from tests.support.tokens import ISSUER, TestIssuer

BURST = 20
PATIENCE_SECONDS = 40.0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> LocalCertificate:
    made = LocalCertificate(tmp_path_factory.mktemp("tls"))
    made.prepare(dt.datetime.fromtimestamp(made.folder.stat().st_mtime, dt.UTC))
    return made


@pytest.fixture(scope="module")
def offering(certificate: LocalCertificate, key_set_url: str, upstream: Upstream) -> Settings:
    """Return settings with HTTP/3, and buckets that refill so slowly that a test can count."""
    return msgspec.structs.replace(
        settings_for(key_set_url, upstream),
        gateway_tls_certificate=str(certificate.certificate),
        gateway_tls_key=str(certificate.key),
        gateway_http3=True,
        rate_burst=BURST,
        rate_sustained_per_second=1,
    )


@pytest.fixture(scope="module")
def offered(offering: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(ROUTES, offering, tmp_path_factory.mktemp("http3")) as gateway:
        yield gateway


@pytest.fixture
async def over_tcp(offered: Gateway, certificate: LocalCertificate) -> AsyncIterator[httpx.AsyncClient]:
    trusting = ssl.create_default_context(cafile=str(certificate.certificate))
    async with httpx.AsyncClient(base_url=offered.url, verify=trusting, trust_env=False) as client:
        yield client


async def test_who_comes_over_tcp_is_told_of_it_and_who_follows_is_served(
    offered: Gateway, over_tcp: httpx.AsyncClient, certificate: LocalCertificate, issuer: TestIssuer
) -> None:
    port = offered.settings.gateway_port
    told = (await over_tcp.get("/docs")).headers["Alt-Svc"]
    async with http3_connection(port, certificate.certificate) as connection:
        answer = await connection.ask("/recipe/1", bearer(issuer.token(claims={"scope": SCOPES})))

    assert told == f'h3=":{port}"; ma=3600'
    assert answer.status == 200
    assert b'"x-forwarded-proto", "https"' in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 36


@pytest.mark.parametrize(
    ("path", "claims", "status"),
    [
        ("/recipe/1", None, 401),
        ("/recipe/1", {"aud": "pantry", "scope": SCOPES}, 401),
        ("/recipe/1", {"scope": "recipe:reader"}, 403),
        ("/recipe/a%2Fb", {"scope": SCOPES}, 400),
        ("/readyz", {"scope": SCOPES}, 404),
    ],
)
async def test_what_is_refused_over_tcp_is_refused_alike(
    offered: Gateway,
    certificate: LocalCertificate,
    issuer: TestIssuer,
    path: str,
    claims: dict[str, object] | None,
    status: int,
) -> None:
    token = {} if claims is None else bearer(issuer.token(claims=claims))
    async with http3_connection(offered.settings.gateway_port, certificate.certificate) as connection:
        answer = await connection.ask(path, {**token, "x-user": "evil"})

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_caller_has_one_bucket_whatever_it_comes_by(
    offered: Gateway, over_tcp: httpx.AsyncClient, certificate: LocalCertificate, issuer: TestIssuer
) -> None:
    token = bearer(issuer.token(claims={"sub": "both-ways", "scope": SCOPES}))
    seen: Counter[int] = Counter()
    async with http3_connection(offered.settings.gateway_port, certificate.certificate) as connection:
        for _ in range(BURST):
            seen[(await over_tcp.get("/recipe/1", headers=token)).status_code] += 1
            last = await connection.ask("/recipe/1", token)
            seen[last.status] += 1

    assert BURST <= seen[200] <= BURST + 5  # Some seconds of refill may pass meanwhile.
    assert seen[200] + seen[429] == 2 * BURST
    assert last.headers["ratelimit-policy"] == f'"caller";q={BURST};w={BURST}'


def test_a_shared_table_that_envoy_refuses_is_one_line(offering: Settings, tmp_path: Path) -> None:
    config = write_config(offering, ROUTES, tmp_path)
    validate(config)
    table = tmp_path / TABLE_FILE
    table.write_text(table.read_text("utf-8").replace('"cluster"', '"clutter"', 1), encoding="utf-8")

    with pytest.raises(GatewayConfigError, match=r"virtual_hosts\[0\].routes\[0\]"):
        validate(config)


def test_a_port_that_takes_datagrams_already_is_named(offering: Settings) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"KONDATE_GATEWAY_PORT: cannot listen on 127.0.0.1:{port}"):
            check_ports(msgspec.structs.replace(offering, gateway_port=port, gateway_metrics_port=free_port()))


async def test_another_gateway_takes_over_without_a_failed_request(
    certificate: LocalCertificate, upstream: Upstream, key_set_url: str, tmp_path: Path
) -> None:
    """A client that minds GOAWAY notices nothing; its connections stay with the gateway that they began with."""
    port, over, seen = free_port(), asyncio.Event(), Counter[int]()
    environment = {
        "KONDATE_JWKS_URL": key_set_url,
        "KONDATE_GATEWAY_PORT": str(port),
        "KONDATE_GATEWAY_UPSTREAMS": upstream.address,
        "KONDATE_GATEWAY_TLS_CERTIFICATE": str(certificate.certificate),
        "KONDATE_GATEWAY_TLS_KEY": str(certificate.key),
        "KONDATE_GATEWAY_HTTP3": "true",
        "KONDATE_RATE_ADDRESS_BURST": "100000",
    }
    with serving(tmp_path / "old", environment) as old:
        asking = asyncio.create_task(_ask_until(over, port, certificate.certificate, seen))
        await _until(lambda: seen.total() > 20)
        with serving(tmp_path / "new", environment, "--replaces", str(old.pid)):
            code = await asyncio.to_thread(old.process.wait, PATIENCE_SECONDS)
            before = seen.total()
            await _until(lambda: seen.total() > before + 20)
            over.set()
            await asking

    assert code == 0
    assert set(seen) == {200}


async def _ask_until(over: asyncio.Event, port: int, trusted: Path, seen: Counter[int]) -> None:
    while not over.is_set():
        async with http3_connection(port, trusted) as connection:
            while not over.is_set() and not connection.is_told_to_go:
                seen[(await connection.ask("/docs", {})).status] += 1
                await asyncio.sleep(0.01)


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.02)


@contextmanager
def serving(folder: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[RunningChild]:
    """Run `kondate gateway` until the end of the block."""
    metrics_port = free_port()
    folder.mkdir()
    spec = ChildSpec(
        name="gateway",
        argv=python("-m", "entrypoints.cli", "gateway", "--run-dir", str(folder), *arguments),
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(PROJECT / "src"),
            "KONDATE_DATABASE_URL": "postgresql://unused",
            "KONDATE_ISSUER": ISSUER,
            **environment,
            "KONDATE_GATEWAY_METRICS_PORT": str(metrics_port),
        },
        log_file=folder / "gateway.log",
        ready=http_answers(f"http://127.0.0.1:{metrics_port}/ready"),
    )
    with running_child(spec) as child:
        yield child
