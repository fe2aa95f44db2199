"""Who gets in: the gateway verifies each token and asks for each route's scopes and roles."""

import httpx
import pytest

from tests.integration.gateway.parts import SCOPES, Upstream, bearer, exchange
from tests.support.envoy import Gateway
from tests.support.forged_headers import Attack
from tests.support.token_attacks import ATTACKS
from tests.support.tokens import TestIssuer

LEFT_TO_THE_API = frozenset(
    {
        # Envoy allows its clock skew at both ends, and does not look at `iat`.
        "expired now",
        "expired a second ago",
        "iat beyond the skew",
        # It reads the token as far as a token's letters go; what is around them changes nothing.
        "padding",
        "line break at the end",
        "space before",
        "another spelling of the signature",
        # It limits all headers together, not one token.
        "header too large",
        "oversized",
        # A claim in no known shape grants nothing, which is enough where nothing is asked for.
        "scope a number",
        "scope null",
        "roles an object",
    }
)


@pytest.fixture(scope="module")
def stranger() -> TestIssuer:
    return TestIssuer()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_of_each_allowed_algorithm_passes(client: httpx.Client, issuer: TestIssuer, algorithm: str) -> None:
    token = issuer.token(algorithm=algorithm, claims={"scope": SCOPES})

    assert client.get("/recipe/1", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_forged_token_does_not_reach_the_api(
    gateway: Gateway, issuer: TestIssuer, stranger: TestIssuer, upstream: Upstream, attack: Attack
) -> None:
    token = attack.forge(issuer, stranger).encode("utf-8", "surrogatepass")
    before = len(upstream.received)

    head = b"GET /jobs/stats HTTP/1.1\r\nHost: kondate\r\nConnection: close\r\nAuthorization: Bearer "
    status = int(exchange(gateway.settings.gateway_port, head + token + b"\r\n\r\n").split()[1])

    if attack.name in LEFT_TO_THE_API:
        assert status == 200
    else:
        assert status in {400, 401}
        assert len(upstream.received) == before


def test_a_refused_token_is_401_with_a_fixed_challenge(client: httpx.Client, issuer: TestIssuer) -> None:
    refused = client.get("/recipe/1?access_token=secret", headers=bearer(issuer.token(header={"crit": ["exp"]})))

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="kondate", error="invalid_token"'
    assert refused.json()["type"] == "/problems/unauthorized"
    assert "secret" not in refused.text


def test_a_token_for_someone_else_is_401(client: httpx.Client, issuer: TestIssuer) -> None:
    refused = client.get("/recipe/1", headers=bearer(issuer.token(claims={"aud": "pantry"})))

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="kondate", error="invalid_token"'


def test_a_missing_token_is_401_without_an_error_code(client: httpx.Client) -> None:
    refused = client.get("/recipe/1")

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="kondate"'


@pytest.mark.parametrize("place", ["query", "cookie", "twice"])
def test_a_token_in_any_other_place_is_no_token(client: httpx.Client, issuer: TestIssuer, place: str) -> None:
    token = issuer.token(claims={"scope": SCOPES})
    headers = {
        "query": [],
        "cookie": [("Cookie", f"access_token={token}")],
        "twice": [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
    }[place]

    answer = client.get(f"/recipe/1?access_token={token if place == 'query' else ''}", headers=headers)

    assert answer.status_code == 401


def test_a_missing_scope_is_403_and_named(client: httpx.Client, issuer: TestIssuer) -> None:
    refused = client.post("/recipes", headers=bearer(issuer.token(claims={"scope": "recipe:read"})))

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/insufficient-scope"
    challenge = 'Bearer realm="kondate", error="insufficient_scope", scope="recipe:read recipe:write"'
    assert refused.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("recipe:read", 200),
        ("other recipe:read", 200),
        (["recipe:read"], 200),
        ("recipe:reader", 403),
        ("xrecipe:read", 403),
        ("RECIPE:READ", 403),
        ("recipe:read,recipe:write", 403),
        (["recipe:read recipe:write"], 403),
        (..., 403),
    ],
)
def test_a_scope_counts_as_a_whole_word(client: httpx.Client, issuer: TestIssuer, scope: object, status: int) -> None:
    answer = client.get("/recipe/1", headers=bearer(issuer.token(claims={"scope": scope})))

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("roles", "status"),
    [(["cook", "operator"], 200), ("operator", 200), (["operators"], 403), ([], 403), (..., 403)],
)
def test_a_route_with_a_role_asks_for_it(client: httpx.Client, issuer: TestIssuer, roles: object, status: int) -> None:
    answer = client.get("/console", headers=bearer(issuer.token(claims={"roles": roles})))

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "/problems/insufficient-scope"


def test_methods_of_one_path_have_their_own_scopes(client: httpx.Client, issuer: TestIssuer) -> None:
    reader = bearer(issuer.token(claims={"scope": "recipe:read"}))

    assert client.get("/recipe/1", headers=reader).status_code == 200
    assert client.put("/recipe/1", headers=reader).status_code == 403


def test_a_public_route_asks_for_no_token(client: httpx.Client) -> None:
    assert client.get("/docs").status_code == 200


def test_the_token_goes_on_to_the_api(client: httpx.Client, issuer: TestIssuer) -> None:
    token = issuer.token(claims={"scope": SCOPES})

    seen = client.get("/recipe/1", headers=bearer(token)).json()["headers"]

    assert ["authorization", f"Bearer {token}"] in seen
