"""Paths and methods that are nobody's, and ids that are not written as we write them."""

from uuid import UUID

import httpx
import pytest

from application.ports.tokens import VerifiedToken
from domain.principal import Principal
from tests.support.builders import a_job
from tests.support.http import ALICE, RICE, InMemoryApi, problem_of

JOB = UUID("01920000-abcd-7000-8000-00000000abcd")
NOBODYS = ["/", "/nothing", "/recipe", "/recipe/", "/schema", "/unused", "/docs/../docs/page.html"]


@pytest.fixture(scope="module")
def api() -> InMemoryApi:
    """Give one API to all of these tests; it keeps a job that a lax reader would find."""
    api = InMemoryApi()
    api.application.tables.jobs[JOB] = a_job(JOB.int)
    return api


async def test_the_one_form_of_an_id_is_found(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/jobs/{JOB}", headers=ALICE)).status_code == 200


@pytest.mark.parametrize(
    "spelling",
    [
        str(JOB).upper(),
        JOB.hex,
        f"{{{JOB}}}",
        f"%7B{JOB}%7D",
        f"urn:uuid:{JOB}",
        f"%20{JOB}",
        f"{JOB}%20",
        f"{JOB}%00",
        f"{JOB}%0A",
        f"{JOB}-",
        str(JOB).replace("-", "", 1),
        str(JOB).replace("0", "%EF%BC%90", 1),
        "%FF",
        "%ED%A0%80",
        "a" * 5_000,
        "null",
        "0",
        "-1",
        "'%20OR%201=1--",
    ],
)
async def test_any_other_spelling_of_an_id_is_not_found(client: httpx.AsyncClient, spelling: str) -> None:
    for collection, noun in (("jobs", "job"), ("recipe", "recipe"), ("reports", "report")):
        answer = await client.get(f"/{collection}/{spelling}", headers=ALICE)
        problem_of(answer, 404, f"{noun}-not-found")


@pytest.mark.parametrize("path", [f"/jobs/{JOB}/", f"/jobs//{JOB}", f"/jobs/{JOB}//", f"/jobs/{JOB}%2F", "/docs/"])
async def test_a_slash_too_many_is_another_path(client: httpx.AsyncClient, path: str) -> None:
    problem_of(await client.get(path, headers=ALICE), 404, "not-found")


async def test_a_slash_too_many_stores_nothing(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.post("/recipes/", headers=ALICE, json=RICE)
    problem_of(answer, 404, "not-found")
    assert not api.application.tables.recipes


@pytest.mark.parametrize("path", NOBODYS)
async def test_an_unknown_path_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    problem_of(await client.get(path, headers=ALICE), 404, "not-found")
    problem_of(await client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/recipes", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/recipes", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/generate-report", "OPTIONS, POST"),
        ("HEAD", "/generate-report", "OPTIONS, POST"),
        ("POST", f"/jobs/{JOB}", "GET, HEAD, OPTIONS"),
        ("PATCH", f"/recipe/{JOB}", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("TRACE", "/recipes", "GET, HEAD, OPTIONS, POST"),
        ("BREW", "/recipes", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/docs", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    client: httpx.AsyncClient, api: InMemoryApi, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path, headers=ALICE, json=RICE)
    assert answer.status_code == 405
    assert method == "HEAD" or problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed
    assert not api.application.tables.recipes


async def test_an_unusable_host_is_a_bad_request(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/jobs/{JOB}", headers={**ALICE, "host": "a b"})
    problem_of(answer, 400, "bad-request")


async def test_a_query_that_nobody_asked_for_is_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/jobs/{JOB}?owner=bob&owner=carol", headers=ALICE)
    assert answer.json()["jobId"] == str(JOB)


async def test_a_null_character_in_the_query_is_a_bad_request(client: httpx.AsyncClient) -> None:
    problem_of(await client.get(f"/jobs/{JOB}?owner=%00", headers=ALICE), 400, "bad-request")


async def test_query_parameters_that_are_wrong_are_all_named() -> None:
    async with InMemoryApi(instead={"verifier": Operators()}).client() as client:
        answer = await client.get("/operator/jobs?limit=0&status=x", headers=ALICE)
    detail = problem_of(answer, 400, "bad-request")["detail"]
    assert "limit: Expected `int` >= 1" in detail
    assert "status: Invalid enum value 'x'" in detail


class Operators:
    """Takes everybody for an operator."""

    async def verify(self, token: str) -> VerifiedToken:
        """Return whom a token speaks for."""
        principal = Principal(subject=token, roles=frozenset({"operator"}))
        return VerifiedToken(principal=principal, expires_at=float("inf"))
