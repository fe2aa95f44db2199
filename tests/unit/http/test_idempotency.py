"""Idempotency-Key: taken by every route that changes anything, and the same answer each time."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from application.once import LEASE_SECONDS
from application.ports.tokens import VerifiedToken
from domain.principal import Principal
from entrypoints.http.app import edge_routes
from tests.support.application import InMemoryApplication
from tests.support.builders import ALL_SCOPES
from tests.support.http import RICE, InMemoryApi, problem_of
from tests.support.operations import InMemoryOperations

OLGA = {"authorization": "Bearer olga"}
KEY = {**OLGA, "idempotency-key": "key-1"}
JSON = {"content-type": "application/json"}
SAFE = {"GET", "HEAD", "OPTIONS"}
UNSAFE = sorted(
    (method, re.sub(r"\{\w+\}", "x", route.template))
    for route in edge_routes(with_docs=True)
    for method in route.methods - SAFE
)


class Everything:
    """Everybody may do everything."""

    async def verify(self, token: str) -> VerifiedToken:
        principal = Principal(subject=token, scopes=ALL_SCOPES, roles=frozenset({"operator", "editor"}))
        return VerifiedToken(principal=principal, expires_at=float("inf"))


@pytest.fixture
def desk() -> InMemoryOperations:
    return InMemoryOperations(InMemoryApplication())


@pytest.fixture
async def client(desk: InMemoryOperations) -> AsyncIterator[httpx.AsyncClient]:
    api = InMemoryApi(application=desk.app, instead={"verifier": Everything(), "operations": desk.operations})
    async with api.client() as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return all of an answer but what says that it is a replay, and which request it answers."""
    ignored = {"x-request-id", "idempotency-replayed"}
    headers = {name: value for name, value in answer.headers.items() if name not in ignored}
    return answer.status_code, answer.content, headers


async def letter_path(desk: InMemoryOperations, client: httpx.AsyncClient) -> str:
    await desk.malformed_letters("{")
    listed = await client.get("/operator/dead-letters", headers=OLGA)
    return f"/operator/dead-letters/{listed.json()['items'][0]['letterId']}"


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_every_route_that_changes_anything_takes_a_key(client: httpx.AsyncClient, method: str, path: str) -> None:
    """It refuses what is none, whatever else is wrong with the request."""
    twice = [*OLGA.items(), *JSON.items(), ("idempotency-key", "a"), ("idempotency-key", "b")]
    problem_of(await client.request(method, path, headers=twice, content=b"{}"), 400, "invalid-idempotency-key")


@pytest.mark.parametrize("key", ["", '""', "a b", "k" * 256, "k\u00e9y".encode(), b"k\x00"])
async def test_what_is_no_key_is_refused(client: httpx.AsyncClient, key: str | bytes) -> None:
    given: Any = [(b"authorization", b"Bearer olga"), (b"idempotency-key", key)]
    problem_of(await client.post("/recipes", headers=given, json=RICE), 400, "invalid-idempotency-key")


async def test_a_quoted_key_is_the_same_as_a_bare_one(client: httpx.AsyncClient) -> None:
    first = await client.post("/recipes", headers=KEY, json=RICE)
    again = await client.post("/recipes", headers={**OLGA, "idempotency-key": '"key-1"'}, json=RICE)
    assert told(again) == told(first)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")


async def test_each_change_of_a_recipe_is_answered_alike_with_all_its_headers(client: httpx.AsyncClient) -> None:
    place = (await client.post("/recipes", headers=OLGA, json={**RICE, "status": "draft"})).headers["location"]
    changes: list[tuple[str, str, Any]] = [
        ("PUT", place, RICE),
        ("POST", f"{place}/publish", None),
        ("POST", f"{place}/archive", None),
        ("DELETE", place, None),
    ]
    for version, (method, path, body) in enumerate(changes, start=1):
        asked = {**KEY, "if-match": f'"{version}"'}
        first = await client.request(method, path, headers=asked, json=body)
        again = await client.request(method, path, headers=asked, json=body)
        assert first.status_code in (200, 204)
        assert first.headers.get("etag") == (f'"{version + 1}"' if first.status_code == 200 else None)
        assert told(again) == told(first)
        assert again.headers["idempotency-replayed"] == "true"


async def test_a_refusal_is_answered_alike(client: httpx.AsyncClient) -> None:
    place = (await client.post("/recipes", headers=OLGA, json=RICE)).headers["location"]
    stale = {**KEY, "if-match": '"7"'}
    first = await client.delete(place, headers=stale)
    again = await client.delete(place, headers=stale)
    problem_of(first, 412, "stale-version")
    assert again.json()["detail"] == problem_of(again, 412, "stale-version")["detail"] == first.json()["detail"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_what_was_refused_before_it_began_is_not_kept(client: httpx.AsyncClient) -> None:
    problem_of(await client.post("/recipes", headers=KEY, json={"name": 5}), 400, "validation-failed")
    assert (await client.post("/recipes", headers=KEY, json=RICE)).status_code == 201


async def test_an_operation_outside_the_database_is_done_once_and_answered_alike(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    path = await letter_path(desk, client)
    first = await client.post(f"{path}/redrive", headers=KEY)
    again = await client.post(f"{path}/redrive", headers=KEY)
    assert first.status_code == 200
    assert told(again) == told(first)
    assert again.headers["idempotency-replayed"] == "true"
    problem_of(await client.post(f"{path}/redrive", headers=OLGA), 404, "dead-letter-not-found")
    assert len(desk.app.tables.audit) == 1


async def test_an_answer_without_a_body_is_given_again_without_one(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    path = await letter_path(desk, client)
    answers = [await client.delete(path, headers=KEY) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


async def test_a_retried_job_is_answered_with_the_same_new_one(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    job = await desk.failed_job()
    first, again = [await client.post(f"/operator/jobs/{job.id}/retry", headers=KEY) for _ in range(2)]
    assert told(again) == told(first)
    assert first.headers["location"]
    assert len(desk.app.tables.audit) == 1


async def test_a_refused_operation_is_refused_alike(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    first = await client.post("/operator/dead-letters/x/redrive", headers=KEY)
    await desk.malformed_letters("{")
    again = await client.post("/operator/dead-letters/x/redrive", headers=KEY)
    assert problem_of(again, 404, "dead-letter-not-found")["detail"] == first.json()["detail"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_key_of_an_operation_is_refused_to_another_one(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    await desk.malformed_letters("{")
    run = "/operator/dead-letters/redrive"
    assert (await client.post(run, headers=KEY, json={"limit": 1})).status_code == 200
    problem_of(await client.post(run, headers=KEY, json={"limit": 2}), 422, "idempotency-key-reused")


async def test_many_identical_operations_at_once_have_one_effect(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    path = await letter_path(desk, client)
    answers = await asyncio.gather(*(client.delete(path, headers=KEY) for _ in range(50)))
    done = [answer for answer in answers if answer.status_code == 204]
    for rival in answers:
        if rival not in done:
            problem_of(rival, 409, "request-in-progress")
            assert rival.headers["retry-after"] == "1"
    assert done
    assert len(desk.app.tables.audit) == 1


async def test_a_key_whose_process_was_killed_is_free_after_a_while(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    path, leases = await letter_path(desk, client), desk.app.tables.key_leases
    assert (await client.delete(path, headers=KEY)).status_code == 204
    [(name, kept)] = leases.items()
    until = desk.app.clock.now() + timedelta(seconds=LEASE_SECONDS)
    leases[name] = replace(kept, owner=UUID(int=7), answer=None, until=until)
    problem_of(await client.delete(path, headers=KEY), 409, "request-in-progress")
    desk.app.clock.advance(LEASE_SECONDS + 1)
    problem_of(await client.delete(path, headers=KEY), 404, "dead-letter-not-found")
