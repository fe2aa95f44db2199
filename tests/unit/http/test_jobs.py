"""Jobs as their owners, and others, see them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from domain.job import Failure, Job, Progress, Reference
from tests.support.builders import a_job
from tests.support.http import ALICE, BOB, InMemoryApi, problem_of

AT = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)
CREATED = {"jobId": str(UUID(int=1)), "kind": "generate-report", "createdAt": "2026-11-24T12:00:00Z"}
STARTED = {**CREATED, "attempt": 1, "startedAt": "2026-11-24T12:00:05Z"}
FINISHED = {**STARTED, "finishedAt": "2026-11-24T12:00:05Z"}
REPORT = Reference(resource="report", id=UUID(int=9))


@pytest.fixture
async def show(api: InMemoryApi, client: httpx.AsyncClient) -> "Show":
    return Show(api, client)


class Show:
    """Puts a job into the store and asks for it."""

    def __init__(self, api: InMemoryApi, client: httpx.AsyncClient) -> None:
        self._api = api
        self._client = client

    async def __call__(self, job: Job, **headers: str) -> httpx.Response:
        self._api.application.tables.jobs[job.id] = job
        return await self._client.get(f"/jobs/{job.id}", headers=headers or ALICE)


async def test_a_queued_job_says_when_to_look_again(show: Show) -> None:
    answer = await show(a_job())
    assert answer.json() == {**CREATED, "status": "queued", "attempt": 0}
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_running_job_says_when_to_look_again(show: Show) -> None:
    answer = await show(a_job().start(AT))
    assert answer.json() == {**STARTED, "status": "running"}
    assert answer.headers["retry-after"] == "1"


async def test_a_running_job_shows_its_progress(show: Show, api: InMemoryApi) -> None:
    job = a_job().start(AT)
    api.application.tables.jobs[job.id] = job
    await api.application.jobs.watch([(job, Progress(done=3, total=7))])
    answer = await show(api.application.tables.jobs[job.id])
    assert answer.json()["progress"] == {"done": 3, "total": 7}


async def test_a_job_put_back_keeps_its_count_of_attempts(show: Show) -> None:
    answer = await show(a_job().start(AT).release())
    assert answer.json() == {**STARTED, "status": "queued"}
    assert answer.headers["retry-after"] == "1"


async def test_a_job_that_succeeded_says_where_its_result_is(show: Show) -> None:
    answer = await show(a_job().start(AT).succeed(REPORT, AT)[0])
    assert answer.json() == {**FINISHED, "status": "succeeded", "resultsUrl": f"/reports/{UUID(int=9)}"}
    assert "retry-after" not in answer.headers


async def test_a_job_that_failed_carries_its_problem(show: Show) -> None:
    failure = Failure(code="invalid-report", detail="There is no such recipe.", pointer="/parameters/recipeIds/0")
    answer = await show(a_job().start(AT).fail(failure, AT)[0])
    assert answer.json() == {
        **FINISHED,
        "status": "failed",
        "problem": {
            "type": "/problems/invalid-report",
            "title": "Invalid report",
            "status": 422,
            "detail": "There is no such recipe.",
            "instance": f"/jobs/{UUID(int=1)}",
            "requestId": "request-0001",
            "errors": [{"pointer": "/parameters/recipeIds/0", "detail": "There is no such recipe."}],
        },
    }
    assert "retry-after" not in answer.headers


async def test_a_fault_of_ours_in_a_job_is_an_internal_error(show: Show) -> None:
    answer = await show(a_job().start(AT).fail(Failure(code="attempts-exhausted", detail="It failed."), AT)[0])
    assert answer.json()["problem"]["status"] == 500


async def test_a_foreign_job_is_answered_exactly_as_one_that_does_not_exist(
    show: Show, client: httpx.AsyncClient
) -> None:
    foreign = await show(a_job().start(AT).succeed(REPORT, AT)[0], **BOB)
    missing = await client.get(f"/jobs/{UUID(int=2)}", headers=BOB)
    assert _without_ids(foreign) == _without_ids(missing)


async def test_a_job_that_has_expired_is_gone_for_its_owner_and_unknown_to_others(
    show: Show, api: InMemoryApi, client: httpx.AsyncClient
) -> None:
    await show(a_job().start(AT).succeed(REPORT, AT)[0])
    api.application.clock.advance(100)
    await api.application.jobs.expire(older_than=timedelta(seconds=10), limit=10)
    problem_of(await client.get(f"/jobs/{UUID(int=1)}", headers=ALICE), 410, "gone")
    problem_of(await client.get(f"/jobs/{UUID(int=1)}", headers=BOB), 404, "job-not-found")


async def test_a_state_that_is_known_is_not_sent_again(show: Show) -> None:
    first = await show(a_job())
    again = await show(a_job(), **ALICE, **{"if-none-match": f"W/{first.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    assert {name: again.headers[name] for name in ("etag", "cache-control", "vary", "retry-after")} == {
        name: first.headers[name] for name in ("etag", "cache-control", "vary", "retry-after")
    }


async def test_each_state_has_a_version_of_its_own(show: Show) -> None:
    queued, running = a_job(), a_job().start(AT)
    states = [queued, running, replace(running, progress=Progress(done=1, total=7)), running.succeed(REPORT, AT)[0]]
    tags = [(await show(job)).headers["etag"] for job in states]
    assert len(set(tags)) == len(tags)


async def test_an_unfinished_job_leads_to_its_events(show: Show) -> None:
    answer = await show(a_job())
    assert answer.headers["link"] == f'</jobs/{UUID(int=1)}/events>; rel="monitor"; type="text/event-stream"'


async def test_who_waits_for_a_change_is_told_of_the_next_status(show: Show, api: InMemoryApi) -> None:
    waiting = asyncio.create_task(show(a_job(), **ALICE, prefer="wait=30"))
    while not api.application.watch.followed:
        await asyncio.sleep(0)
    api.application.tables.put_job(a_job().start(AT))
    answer = await waiting
    assert answer.json()["status"] == "running"
    assert answer.headers["preference-applied"] == "wait=30"


async def test_who_knows_an_older_version_need_not_wait(show: Show) -> None:
    old = (await show(a_job())).headers["etag"]
    answer = await show(a_job().start(AT), **ALICE, prefer="wait=30", **{"if-none-match": old})
    assert (answer.status_code, answer.json()["status"]) == (200, "running")


async def test_who_knows_this_version_is_told_of_any_change(show: Show, api: InMemoryApi) -> None:
    job = a_job().start(AT)
    known = (await show(job)).headers["etag"]
    waiting = asyncio.create_task(show(job, **ALICE, prefer="wait=30", **{"if-none-match": known}))
    while not api.application.watch.followed:
        await asyncio.sleep(0)
    api.application.tables.put_job(replace(job, progress=Progress(done=1, total=7)))
    assert (await waiting).json()["progress"] == {"done": 1, "total": 7}


async def test_a_wait_without_a_change_ends_with_the_state_as_it_is(show: Show) -> None:
    known = (await show(a_job())).headers["etag"]
    answer = await show(a_job(), **ALICE, prefer="wait=0", **{"if-none-match": known})
    assert (answer.status_code, answer.headers["preference-applied"]) == (304, "wait=0")


async def test_a_finished_job_is_not_waited_for(show: Show) -> None:
    answer = await show(a_job().start(AT).succeed(REPORT, AT)[0], **ALICE, prefer="wait=30")
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


def _without_ids(answer: httpx.Response) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """Return all that a caller could compare: the body and the headers, in their order."""
    body = problem_of(answer, 404, "job-not-found")
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "x-request-id"]
    return {name: value for name, value in body.items() if name not in ("instance", "requestId")}, headers
