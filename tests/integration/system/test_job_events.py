"""Jobs as resources, through the gateway: events as they happen, versions, pages, and an orderly end of streams."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from tests.integration.system.parts import RICE, RunningSystem, finished

ASYNC = {"prefer": "respond-async"}
"""A recipe as a job: reports at such a rate would meet the limit of their caller."""


async def events_of(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Yield the events of a stream as a browser reads them."""
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            event[name] = value
        elif "data" in event:
            yield {**event, "data": json.loads(event["data"])}
            event = {}


async def test_events_of_a_job_lead_to_its_result(alice: httpx.AsyncClient) -> None:
    job = (await alice.post("/recipes", json=RICE, headers=ASYNC)).headers["location"]
    async with alice.stream("GET", f"{job}/events", timeout=40) as answer:
        assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
        events = [event async for event in events_of(answer)]
    last = events[-1]
    shown = await alice.get(job)
    assert last["data"] == shown.json()
    assert last["data"]["status"] == "succeeded"
    assert (await alice.get(f"{job}/events", headers={"last-event-id": last["id"]})).status_code == 204
    known = await alice.get(job, headers={"if-none-match": f'"{last["id"]}"'})
    assert known.status_code == 304


async def test_many_listeners_need_one_connection_of_each_replica(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    job = (await alice.post("/recipes", json=RICE, headers=ASYNC)).headers["location"]

    async def last_status() -> str:
        async with alice.stream("GET", f"{job}/events", timeout=40) as answer:
            statuses = [event["data"]["status"] async for event in events_of(answer)]
        return statuses[-1] if statuses else str(answer.status_code)

    seen = await asyncio.gather(*(last_status() for _ in range(50)))
    listeners = await system.fetch(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'listen %kondate_jobs%'"
    )
    assert set(seen) == {"succeeded"}
    assert listeners[0]["n"] == len(system.state()["api"])


async def test_a_long_poll_is_answered_when_the_job_ends(alice: httpx.AsyncClient) -> None:
    job = (await alice.post("/recipes", json=RICE, headers=ASYNC)).headers["location"]
    async with asyncio.timeout(60):
        while "finishedAt" not in (answer := await alice.get(job, headers={"prefer": "wait=20"}, timeout=40)).json():
            assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["status"] == "succeeded"


async def test_own_jobs_are_listed_newest_first(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    accepted = [(await alice.post("/recipes", json=RICE, headers=ASYNC)).json()["jobId"] for _ in range(3)]
    first = await alice.get("/jobs", params={"limit": 2})
    second = await alice.get(first.links["next"]["url"])
    listed = [item["jobId"] for page in (first, second) for item in page.json()["items"]]
    assert listed[:3] == accepted[::-1]
    assert not {item["jobId"] for item in (await bob.get("/jobs")).json()["items"]} & set(accepted)
    for job_id in accepted:
        await finished(alice, f"/jobs/{job_id}")
