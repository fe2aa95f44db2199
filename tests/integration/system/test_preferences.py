"""Waiting for a command, and the same request many times at once, through the gateway and both replicas."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.integration.system.parts import REPORT, RICE, RunningSystem, a_request_id, finished, until

AT_ONCE = 50


def a_key() -> dict[str, str]:
    return {"idempotency-key": f"key-{secrets.token_hex(8)}"}


async def test_who_waits_gets_the_recipe_that_the_worker_has_made(alice: httpx.AsyncClient) -> None:
    answer = await alice.post("/recipes", json=RICE, headers={"prefer": "wait=30"}, timeout=40)
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=30"
    assert (await alice.get(answer.headers["location"])).json()["name"] == "Rice"


async def test_waiting_is_woken_and_does_not_wait_for_the_end_of_its_time(alice: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await answer_of(alice, "/generate-report", REPORT, prefer="wait=30")
    assert answer.status_code == 201
    assert answer.headers["location"].startswith("/reports/")
    assert time.monotonic() - began < 25


async def test_who_goes_away_while_waiting_finds_the_job_by_its_key(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    headers = {"prefer": "wait=30", **a_key()}
    recipes, jobs, _ = await system.stored()
    asking = asyncio.create_task(alice.post("/recipes", json=RICE, headers=headers, timeout=40))
    async with asyncio.timeout(20):
        while (await system.stored())[1] == jobs:
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    again = await alice.post("/recipes", json=RICE, headers=headers, timeout=40)
    assert again.status_code == 201
    assert (await system.stored())[:2] == (recipes + 1, jobs + 1)


async def answer_of(client: httpx.AsyncClient, path: str, body: Mapping[str, Any], **headers: str) -> httpx.Response:
    """Ask until it is neither a rival that still runs (409) nor too much at once (429)."""
    while True:
        answer = await client.post(path, json=body, headers=headers, timeout=40)
        if answer.status_code not in (409, 429):
            return answer
        await asyncio.sleep(float(answer.headers.get("retry-after", "0.05")))


@pytest.mark.parametrize("prefer", ["handling=strict", "respond-async", "wait=30"])
async def test_many_identical_requests_have_one_effect_and_one_answer(
    system: RunningSystem, alice: httpx.AsyncClient, prefer: str
) -> None:
    before, request_id = await system.stored(), a_request_id()
    headers = {"prefer": prefer, "x-request-id": request_id, **a_key()}
    answers = await asyncio.gather(*(answer_of(alice, "/recipes", RICE, **headers) for _ in range(AT_ONCE)))
    assert len({(answer.status_code, answer.headers["location"], answer.text) for answer in answers}) == 1
    if answers[0].status_code == 202:
        await finished(alice, answers[0].headers["location"])
    recipes, jobs, _ = (after - earlier for after, earlier in zip(await system.stored(), before, strict=True))
    assert (recipes, jobs) == (1, 0 if prefer == "handling=strict" else 1)
    for replica in ("api-1", "api-2"):
        assert await until(lambda replica=replica: system.logged(replica, request_id))  # type: ignore[misc]


async def test_many_identical_deferred_requests_become_one_job(system: RunningSystem) -> None:
    """Asked by a caller of its own: so many reports at once use up what a caller may ask."""
    headers = a_key()
    async with system.client(system.token("crowd")) as crowd:
        answers = await asyncio.gather(
            *(answer_of(crowd, "/generate-report", REPORT, **headers) for _ in range(AT_ONCE))
        )
        assert len({(answer.status_code, answer.headers["location"], answer.text) for answer in answers}) == 1
        await finished(crowd, answers[0].headers["location"])
        assert len((await crowd.get("/jobs")).json()["items"]) == 1
