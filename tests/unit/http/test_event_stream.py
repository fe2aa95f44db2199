"""Events of a job as they happen."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.job import Job, Progress, Reference
from entrypoints.http.event_stream import EventStreams, TooManyStreamsError
from entrypoints.http.job_state import JobState
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job
from tests.support.http import ALICE, BOB, InMemoryApi, problem_of

AT = a_job().created_at + timedelta(seconds=1)
PATH = f"/jobs/{a_job().id}/events"
RUNNING = a_job().start(AT)
ENDED = RUNNING.succeed(Reference(resource="report", id=UUID(int=9)), AT)[0]


class Listening:
    """One stream over an application of its own; the heart beats at once when nothing else happens."""

    def __init__(self, *, heartbeat_seconds: float = 30, last_seen: str | None = None) -> None:
        self.app = InMemoryApplication()
        self.streams = EventStreams(watch=self.app.watch, most=1, heartbeat_seconds=heartbeat_seconds)
        self.app.tables.put_job(a_job())
        self.events: AsyncIterator[bytes] = self.streams.events(JobState.of(a_job()), last_seen)

    async def next(self) -> bytes:
        return await anext(self.events)

    def put(self, job: Job) -> None:
        self.app.tables.put_job(job)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream as a browser reads them."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [{**block, "data": json.loads(block["data"])} for block in blocks if "data" in block]


async def test_each_state_is_told_as_it_happens_until_the_end() -> None:
    stream = Listening()
    told = [await stream.next(), await stream.next()]
    for job in (RUNNING, replace(RUNNING, progress=Progress(done=1, total=2)), ENDED):
        stream.put(job)
        told.append(await stream.next())
    assert [event async for event in stream.events] == []
    events = parsed(b"".join(told).decode())
    assert [(each["event"], each["data"]["status"]) for each in events] == [
        ("state", "queued"),
        ("state", "running"),
        ("progress", "running"),
        ("state", "succeeded"),
    ]
    assert len({each["id"] for each in events}) == 4
    assert events[-1]["data"]["resultsUrl"] == f"/reports/{UUID(int=9)}"


async def test_silence_is_broken_by_a_comment() -> None:
    stream = Listening(heartbeat_seconds=0)
    await stream.next()
    await stream.next()
    assert await stream.next() == b": still here\n\n"


async def test_lost_news_are_made_up_for_at_the_next_heartbeat() -> None:
    stream = Listening(heartbeat_seconds=0)
    await stream.next()
    await stream.next()
    stream.app.tables.followers.clear()
    stream.put(ENDED)
    assert b'"succeeded"' in b"".join([event async for event in stream.events])


async def test_a_stop_ends_the_stream() -> None:
    stream = Listening()
    await stream.next()
    await stream.next()
    following = asyncio.create_task(stream.next())
    while not stream.app.watch.followed:
        await asyncio.sleep(0)
    stream.app.watch.stop()
    with pytest.raises(StopAsyncIteration):
        await following


async def test_a_job_that_is_deleted_meanwhile_ends_the_stream() -> None:
    stream = Listening()
    await stream.next()
    await stream.next()
    stream.app.tables.jobs.clear()
    stream.app.watch.told_unknown()
    assert [event async for event in stream.events] == []


async def test_who_comes_back_is_not_told_what_it_has_seen() -> None:
    stream = Listening(last_seen=JobState.of(a_job()).version)
    assert await stream.next() == b"retry: 2000\n\n"
    following = asyncio.create_task(stream.next())
    while not stream.app.watch.followed:
        await asyncio.sleep(0)
    stream.put(RUNNING)
    assert b'"running"' in await following


async def test_no_more_streams_are_opened_than_there_is_room_for() -> None:
    stream = Listening()
    stream.streams.check_room()
    await stream.next()
    await stream.next()
    with pytest.raises(TooManyStreamsError):
        stream.streams.check_room()
    stream.app.watch.stop()
    assert [event async for event in stream.events] == []
    stream.streams.check_room()
    assert stream.app.watch.followed == 0


async def test_a_finished_job_is_told_at_once(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    api.application.tables.put_job(ENDED)
    answer = await client.get(PATH, headers=ALICE)
    assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    [event] = parsed(answer.text)
    shown = await client.get(f"/jobs/{a_job().id}", headers=ALICE)
    assert event["data"] == shown.json()
    assert f'"{event["id"]}"' == shown.headers["etag"]


async def test_who_has_seen_the_end_need_not_come_again(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    api.application.tables.put_job(ENDED)
    headers = {**ALICE, "last-event-id": JobState.of(ENDED).version}
    assert (await client.get(PATH, headers=headers)).status_code == 204


async def test_nobody_follows_the_jobs_of_others(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    api.application.tables.put_job(ENDED)
    problem_of(await client.get(PATH, headers=BOB), 404, "job-not-found")


async def test_too_many_streams_are_refused_with_when_to_come_again() -> None:
    api = InMemoryApi(instead={"most_event_streams": 0})
    api.application.tables.put_job(a_job())
    async with api.client() as client:
        answer = await client.get(PATH, headers=ALICE)
    problem_of(answer, 503, "temporary-reduced-capacity")
    assert answer.headers["retry-after"] == "5"
