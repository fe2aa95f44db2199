"""What is rendered for Amazon API Gateway, and that nothing else is dropped without a word."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from entrypoints.edge import Cost, Edge, EdgeRoute, Exposure
from entrypoints.gateway.aws import openapi_document, sam_template, what_is_lost
from entrypoints.http.app import edge_routes
from entrypoints.settings import Settings

SETTINGS = Settings(
    database_url="postgresql://unused",
    issuer="https://issuer.example/pool",
    audience=("app-1", "app-2"),
    audience_claim="client_id",
    scope_prefix="kondate/",
    token_algorithms=("RS256",),
    cors_origins=("https://app.example",),
)
READ = EdgeRoute(
    name="read_recipe",
    template="/recipe/{recipe_id}",
    methods=frozenset({"GET"}),
    edge=Edge(scopes=frozenset({"recipe:read"})),
)
ENDPOINT = "https://api.internal/"


def operation(route: EdgeRoute) -> Any:  # noqa: ANN401 (JSON of any depth)
    """Return the operation of a route's one method."""
    document: Any = openapi_document([route], SETTINGS, ENDPOINT)
    [method] = route.methods
    return document["paths"][route.template][method.lower()]


def test_a_route_asks_for_its_scopes_as_the_issuer_spells_them() -> None:
    assert operation(READ)["security"] == [{"issuer": ["kondate/recipe:read"]}]


def test_a_route_goes_to_the_api_with_its_own_time() -> None:
    integration = operation(replace(READ, edge=Edge(timeout_seconds=7.5)))["x-amazon-apigateway-integration"]
    assert integration["uri"] == "https://api.internal/recipe/{recipe_id}"
    assert (integration["httpMethod"], integration["timeoutInMillis"]) == ("GET", 7_500)
    assert [each["name"] for each in operation(READ)["parameters"]] == ["recipe_id"]


def test_no_time_is_longer_than_that_gateway_takes() -> None:
    waiting = replace(READ, edge=Edge(timeout_seconds=10, waits=True))
    assert operation(waiting)["x-amazon-apigateway-integration"]["timeoutInMillis"] == 30_000
    assert any("up to 40 s" in line for line in what_is_lost([waiting], SETTINGS))


def test_a_public_route_asks_for_no_token_and_an_internal_one_is_not_there() -> None:
    assert operation(replace(READ, edge=Edge(exposure=Exposure.PUBLIC)))["security"] == []
    hidden: Any = openapi_document([replace(READ, edge=Edge(exposure=Exposure.INTERNAL))], SETTINGS, ENDPOINT)
    assert hidden["paths"] == {}


def test_tokens_are_those_of_the_issuer_for_this_audience() -> None:
    document: Any = openapi_document([READ], SETTINGS, ENDPOINT)
    authorizer = document["components"]["securitySchemes"]["issuer"]["x-amazon-apigateway-authorizer"]
    assert authorizer["jwtConfiguration"] == {"issuer": SETTINGS.issuer, "audience": ["app-1", "app-2"]}


def test_origins_are_the_exact_ones() -> None:
    rules: Any = openapi_document([READ], SETTINGS, ENDPOINT)["x-amazon-apigateway-cors"]
    assert rules["allowOrigins"] == ["https://app.example"]
    assert "ETag" in rules["exposeHeaders"]
    assert not rules["allowCredentials"]


def test_a_heavy_route_takes_a_tenth() -> None:
    heavy = replace(READ, edge=Edge(cost=Cost.HEAVY))
    properties = _properties([heavy])
    normal, throttled = properties["DefaultRouteSettings"], properties["RouteSettings"]["GET /recipe/{recipe_id}"]
    assert normal["ThrottlingBurstLimit"] == 10 * throttled["ThrottlingBurstLimit"] > 0
    assert "RouteSettings" not in _properties([READ])


@pytest.mark.parametrize(
    ("edge", "told"),
    [
        (Edge(roles=frozenset({"operator"})), "the role operator"),
        (Edge(scopes=frozenset({"a", "b"})), "all of its scopes"),
        (Edge(streams=True), "a stream of events"),
        (Edge(timeout_seconds=31), "up to 31 s"),
    ],
)
def test_what_a_route_loses_is_told(edge: Edge, told: str) -> None:
    assert [line for line in what_is_lost([replace(READ, edge=edge)], SETTINGS) if told in line]
    assert not [line for line in what_is_lost([READ], SETTINGS) if told in line]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("token_algorithms", ("RS256", "ES256", "EdDSA"), "ES256, EdDSA"),
        ("jwks_url", "https://issuer.example/keys", "KONDATE_JWKS_URL"),
        ("audience_claim", "azp", "the audience in azp"),
        ("scope_claim", "permissions", "scopes in permissions"),
        ("gateway_http3", True, "HTTP/3"),
    ],
)
def test_what_a_setting_loses_is_told(setting: str, value: object, told: str) -> None:
    changed = msgspec.structs.replace(SETTINGS, **{setting: value})
    assert [line for line in what_is_lost([READ], changed) if told in line]
    assert not [line for line in what_is_lost([READ], SETTINGS) if told in line]


@pytest.mark.parametrize(
    "matter", ["by caller", "by client address", "body sizes", "request id", "retries", "problem+json"]
)
def test_what_every_route_loses_is_told(matter: str) -> None:
    assert [line for line in what_is_lost([READ], SETTINGS) if matter in line]


def test_every_route_of_the_api_is_rendered() -> None:
    routes = edge_routes(with_docs=True)
    document: Any = openapi_document(routes, SETTINGS, ENDPOINT)
    rendered = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    shown = [route for route in routes if route.edge.exposure is not Exposure.INTERNAL]
    assert rendered == {(route.template, method) for route in shown for method in route.answered}


def _properties(routes: list[EdgeRoute]) -> Any:  # noqa: ANN401 (JSON of any depth)
    template: Any = sam_template(routes, SETTINGS, ENDPOINT)
    return template["Resources"]["Edge"]["Properties"]
