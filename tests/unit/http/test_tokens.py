"""Who is let in: the API verifies again what the gateway has verified."""

from uuid import UUID

import httpx
import pytest

from application.ports.tokens import KeysUnavailableError, VerifiedToken
from tests.support.http import ALICE, NOBODY, REPORT, RICE, InMemoryApi, problem_of

TOKEN_ROUTES = [
    ("GET", f"/recipe/{UUID(int=1)}"),
    ("POST", "/recipes"),
    ("POST", "/generate-report"),
    ("GET", f"/jobs/{UUID(int=1)}"),
    ("GET", f"/reports/{UUID(int=1)}"),
]
PUBLIC_ROUTES = ["/openapi.json", "/docs", "/docs/start.js", "/healthz", "/metrics"]


@pytest.mark.parametrize(("method", "path"), TOKEN_ROUTES)
async def test_without_a_token_the_challenge_names_no_error(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    problem_of(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="kondate"'


@pytest.mark.parametrize(
    "authorization",
    ["Bearer forged", "Bearer", "Bearer ", "Basic YWxpY2U6", "alice", "Bearer alice,Bearer alice", "Bearer  alice"],
)
async def test_a_bad_token_is_named_as_such(client: httpx.AsyncClient, api: InMemoryApi, authorization: str) -> None:
    answer = await client.post("/recipes", headers={"authorization": authorization}, json=RICE)
    problem_of(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="kondate", error="invalid_token"'
    assert api.stored() == 0


async def test_two_authorization_headers_are_refused_even_if_both_are_good(client: httpx.AsyncClient) -> None:
    answer = await client.post("/recipes", headers=[("authorization", "Bearer alice")] * 2, json=RICE)
    assert problem_of(answer, 401, "unauthorized")["detail"] == (
        "The token is not good: more than one Authorization header."
    )


async def test_the_scheme_may_be_written_in_any_case(client: httpx.AsyncClient) -> None:
    answer = await client.post("/recipes", headers={"authorization": "bEaReR alice"}, json=RICE)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", f"/recipe/{UUID(int=1)}", "recipe:read"),
        ("POST", "/recipes", "recipe:write"),
        ("POST", "/generate-report", "report:generate"),
    ],
)
async def test_a_missing_scope_is_named(
    client: httpx.AsyncClient, api: InMemoryApi, method: str, path: str, scope: str
) -> None:
    answer = await client.request(method, path, headers=NOBODY, json=REPORT if method == "POST" else None)
    assert scope in problem_of(answer, 403, "insufficient-scope")["detail"]
    challenge = f'Bearer realm="kondate", error="insufficient_scope", scope="{scope}"'
    assert answer.headers["www-authenticate"] == challenge
    assert api.stored() == 0


async def test_a_missing_scope_is_named_as_the_issuer_spells_it(api: InMemoryApi) -> None:
    api.instead = {**api.instead, "scope_prefix": "kondate/"}
    async with api.client() as client:
        answer = await client.get(f"/recipe/{UUID(int=1)}", headers=NOBODY)
    challenge = 'Bearer realm="kondate", error="insufficient_scope", scope="kondate/recipe:read"'
    assert answer.headers["www-authenticate"] == challenge


async def test_a_caller_is_refused_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    answer = await client.post("/recipes", headers={**NOBODY, "content-type": "application/json"}, content=b"{")
    problem_of(answer, 403, "insufficient-scope")


@pytest.mark.parametrize("path", PUBLIC_ROUTES)
async def test_public_and_internal_routes_need_no_token(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", PUBLIC_ROUTES)
async def test_public_routes_do_not_look_at_a_token(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"authorization": "Bearer forged"})).status_code == 200


async def test_an_issuer_that_is_away_is_not_the_callers_fault() -> None:
    api = InMemoryApi(instead={"verifier": NoKeys()})
    async with api.client() as client:
        answer = await client.get(f"/jobs/{UUID(int=1)}", headers=ALICE)
    problem_of(answer, 503, "keys-unavailable")
    assert answer.headers["retry-after"] == "30"


class NoKeys:
    """Cannot tell whether any token is good."""

    async def verify(self, token: str) -> VerifiedToken:
        """Say so."""
        del token
        raise KeysUnavailableError(30)
