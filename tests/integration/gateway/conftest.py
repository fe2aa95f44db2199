"""One gateway shared by the tests that need no settings of their own."""

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.gateway.parts import (
    ROUTES,
    SCOPES,
    Upstream,
    bearer,
    running_key_server,
    running_upstream,
    settings_for,
)
from tests.support.envoy import Gateway, running_gateway
from tests.support.tokens import TestIssuer


@pytest.fixture(scope="package")
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture(scope="package")
def key_set_url(issuer: TestIssuer) -> Iterator[str]:
    with running_key_server(issuer) as url:
        yield url


@pytest.fixture(scope="package")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as running:
        yield running


@pytest.fixture(scope="package")
def gateway(key_set_url: str, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(ROUTES, settings_for(key_set_url, upstream), tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=10) as opened:
        yield opened


@pytest.fixture
def caller(client: httpx.Client, issuer: TestIssuer) -> httpx.Client:
    """Return a client that holds a good token with every scope."""
    client.headers.update(bearer(issuer.token(claims={"scope": SCOPES})))
    return client
