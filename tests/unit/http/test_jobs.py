"""Jobs as their owners, and others, see them."""

from datetime import UTC, datetime
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
    assert answer.headers["cache-control"] == "no-store"


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


def _without_ids(answer: httpx.Response) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """Return all that a caller could compare: the body and the headers, in their order."""
    body = problem_of(answer, 404, "job-not-found")
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "x-request-id"]
    return {name: value for name, value in body.items() if name not in ("instance", "requestId")}, headers
