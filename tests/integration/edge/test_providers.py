"""Tokens as Cognito and Keycloak write them, at a gateway with the settings that fit; the API's side is a unit test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
import pytest

from entrypoints.http.app import edge_routes
from entrypoints.settings import Settings
from tests.integration.edge.exchange import bearer, request, send
from tests.integration.edge.listeners import Variant, running_listeners
from tests.integration.gateway.parts import running_key_server, running_upstream
from tests.support.provider_tokens import PROVIDERS, Claims, Provider
from tests.support.tokens import AUDIENCE, TestIssuer

RECIPE = "/recipe/01a00000-0000-7000-8000-00000000000a"
REFUSED = [pytest.param(each, claims, id=name) for each in PROVIDERS for name, claims in each.refused.items()]
POWERLESS = [pytest.param(each, claims, id=name) for each in PROVIDERS for name, claims in each.powerless.items()]


@dataclass(frozen=True, slots=True)
class Gateways:
    """One listener a provider."""

    ports: Mapping[str, int]
    issuer: TestIssuer

    def statuses(self, provider: Provider, claims: Claims) -> tuple[int, int]:
        """Return what a token gets that asks for a scope, and what one that asks for a role."""
        token = bearer(self.issuer.token(claims=claims))
        port = self.ports[provider.name]
        reading, operating = (send(port, request("GET", path, token)).status for path in (RECIPE, "/operator/jobs"))
        return reading, operating


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    issuer = TestIssuer()
    with running_upstream() as upstream, running_key_server(issuer) as keys:
        settings = Settings(
            database_url="postgresql://unused",
            issuer=issuer.url,
            audience=(AUDIENCE,),
            jwks_url=keys,
            gateway_upstreams=(upstream.address,),
        )
        variants = {
            provider.name: Variant(settings=msgspec.structs.replace(settings, **provider.settings))
            for provider in PROVIDERS
        }
        with running_listeners(edge_routes(with_docs=True), variants, tmp_path_factory.mktemp("providers")) as ports:
            yield Gateways(ports, issuer)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_providers_token_passes(gateways: Gateways, provider: Provider) -> None:
    assert gateways.statuses(provider, provider.good) == (200, 200)


@pytest.mark.parametrize(("provider", "claims"), REFUSED)
def test_what_a_provider_meant_for_others_is_refused(gateways: Gateways, provider: Provider, claims: Claims) -> None:
    assert gateways.statuses(provider, claims) == (401, 401)


@pytest.mark.parametrize(("provider", "claims"), POWERLESS)
def test_power_comes_from_the_set_claims_only(gateways: Gateways, provider: Provider, claims: Claims) -> None:
    assert 403 in gateways.statuses(provider, claims)
