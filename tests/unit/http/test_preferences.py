"""The Prefer header on commands: at once, as a job, or as a job that is waited for."""

import asyncio
from uuid import UUID

import httpx
import pytest

from domain.job import JobStatus
from tests.support.http import ALICE, NOBODY, REPORT, RICE, InMemoryApi, problem_of
from tests.support.working import working

WAITING = {**ALICE, "prefer": "wait=30"}
ASYNC = {**ALICE, "prefer": "respond-async"}


def a_drill(behaviour: str = "succeed") -> dict[str, str]:
    return {"drillId": "drill-1", "behaviour": behaviour}


async def test_without_a_preference_each_route_answers_by_its_default(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    recipe = await client.post("/recipes", headers=ALICE, json=RICE)
    report = await client.post("/generate-report", headers=ALICE, json=REPORT)
    assert (recipe.status_code, report.status_code) == (201, 202)
    assert "preference-applied" not in [*recipe.headers, *report.headers]
    assert len(api.application.tables.jobs) == 1


async def test_a_synchronous_command_becomes_a_job_where_that_is_preferred(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    answer = await client.post("/recipes", headers=ASYNC, json=RICE)
    [job] = api.application.tables.jobs.values()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/jobs/{job.id}")
    assert answer.headers["preference-applied"] == "respond-async"
    assert (job.kind, job.status) == ("add-recipe", JobStatus.QUEUED)
    assert not api.application.tables.recipes


@pytest.mark.parametrize("path", ["/recipes", "/generate-report"])
async def test_who_waits_gets_the_answer_of_the_synchronous_path(
    client: httpx.AsyncClient, api: InMemoryApi, path: str
) -> None:
    async with working(api.application):
        answer = await client.post(path, headers=WAITING, json=RICE if path == "/recipes" else REPORT)
    [made] = [*api.application.tables.recipes, *api.application.tables.reports]
    url = f"/recipe/{made}" if path == "/recipes" else f"/reports/{made}"
    assert answer.status_code == 201
    assert answer.headers["location"] == url
    assert answer.json() == {"id": str(made), "url": url}
    assert answer.headers["preference-applied"] == "wait=30"
    assert (await client.get(url, headers=ALICE)).status_code == 200


async def test_who_waits_for_a_command_that_leaves_nothing_gets_no_content(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    async with working(api.application):
        answer = await client.post("/drills", headers=WAITING, json=a_drill())
    assert (answer.status_code, answer.content) == (204, b"")


async def test_who_waits_for_what_is_refused_gets_the_same_problem_as_at_once(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    twice = {**REPORT, "parameters": {"recipeIds": [str(UUID(int=7))] * 2}}
    job = (await client.post("/generate-report", headers=ALICE, json=REPORT)).json()["jobId"]
    await client.post(f"/jobs/{job}/cancel", headers=ALICE)
    at_once = problem_of(await client.post(f"/jobs/{job}/cancel", headers=ALICE), 409, "job-transition")
    async with working(api.application):
        answer = await client.post(f"/jobs/{job}/cancel", headers=WAITING, json=twice)
    assert answer.headers["preference-applied"] == "wait=30"
    waited = problem_of(answer, 409, "job-transition")
    assert {**waited, "requestId": ""} == {**at_once, "requestId": ""}


async def test_who_waits_for_a_job_that_is_cancelled_is_told_so(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    waiting = asyncio.create_task(client.post("/recipes", headers=WAITING, json=RICE))
    while not api.application.tables.jobs:
        await asyncio.sleep(0)
    [job_id] = api.application.tables.jobs
    assert (await client.post(f"/jobs/{job_id}/cancel", headers=ALICE)).status_code == 202
    problem_of(await waiting, 409, "job-cancelled")


@pytest.mark.parametrize(
    ("prefer", "applied"), [("wait=0", "wait=0"), ("respond-async, wait=0", "respond-async, wait=0")]
)
async def test_who_waits_in_vain_gets_the_job(
    client: httpx.AsyncClient, api: InMemoryApi, prefer: str, applied: str
) -> None:
    answer = await client.post("/recipes", headers={**ALICE, "prefer": prefer}, json=RICE)
    [job_id] = api.application.tables.jobs
    assert (answer.status_code, answer.headers["location"]) == (202, f"/jobs/{job_id}")
    assert answer.headers["preference-applied"] == applied


async def test_a_stop_ends_every_wait_and_loses_nothing(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    waiting = [asyncio.create_task(client.post("/recipes", headers=WAITING, json=RICE)) for _ in range(3)]
    while len(api.application.tables.jobs) < 3:
        await asyncio.sleep(0)
    api.application.watch.stop()
    assert [(await answer).status_code for answer in waiting] == [202] * 3
    assert len(api.application.tables.outbox) == 3


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("wait=31", 201, "wait=30"),
        ("wait=99999999999999999999", 201, "wait=30"),
        ('Wait = "5"', 201, "wait=5"),
        ("respond-async, wait=5", 201, "wait=5"),
        ("handling=strict, wait=5; foo=1", 201, "wait=5"),
        ("wait=5, wait=9", 201, "wait=5"),
        ('foo="a, wait=1", respond-async', 202, "respond-async"),
        ("RESPOND-ASYNC", 202, "respond-async"),
        ("wait", 201, None),
        ("wait=-1", 201, None),
        ("wait=soon", 201, None),
        ("wait=٣", 201, None),
        ("return=minimal", 201, None),
        ("", 201, None),
    ],
)
async def test_a_preference_is_read_as_the_standard_has_it(
    client: httpx.AsyncClient, api: InMemoryApi, prefer: str, status: int, applied: str | None
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in {**ALICE, "prefer": prefer}.items()]
    async with working(api.application):
        answer = await client.post("/recipes", headers=headers, json=RICE)
    assert (answer.status_code, answer.headers.get("preference-applied")) == (status, applied)


async def test_preferences_may_come_in_several_lines(client: httpx.AsyncClient) -> None:
    headers = [*ALICE.items(), ("prefer", "wait=0"), ("prefer", "respond-async")]
    answer = await client.post("/recipes", headers=headers, json=RICE)
    assert answer.headers["preference-applied"] == "respond-async, wait=0"


@pytest.mark.parametrize("headers", [ALICE, ASYNC, NOBODY, {}])
async def test_caches_are_told_that_the_preference_matters(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/recipes", headers=headers, json=RICE)
    assert answer.headers["vary"] == "Prefer"


async def test_a_command_is_checked_before_it_becomes_a_job(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    unknown = await client.post(f"/jobs/{UUID(int=7)}/cancel", headers=ASYNC)
    problem_of(unknown, 404, "job-not-found")
    problem_of(await client.post("/recipes", headers=ASYNC, json={}), 400, "validation-failed")
    assert api.stored() == 0


async def test_a_key_is_good_for_each_way_of_asking(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    """How the client wants to be answered is no part of what it asks for."""
    key = {"idempotency-key": "key-1"}
    first = await client.post("/recipes", headers={**ALICE, **key}, json=RICE)
    again = [await client.post("/recipes", headers={**headers, **key}, json=RICE) for headers in (ASYNC, WAITING)]
    assert [(answer.status_code, answer.json()) for answer in again] == [(201, first.json())] * 2
    assert {answer.headers["idempotency-replayed"] for answer in again} == {"true"}
    assert {answer.headers.get("preference-applied") for answer in again} == {None}
    assert len(api.application.tables.recipes) == 1
    assert not api.application.tables.jobs


async def test_a_key_of_a_job_gives_that_job_to_who_asks_at_once(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    key = {"idempotency-key": "key-1"}
    first = await client.post("/recipes", headers={**ASYNC, **key}, json=RICE)
    second = await client.post("/recipes", headers={**ALICE, **key}, json=RICE)
    assert (second.status_code, second.json()) == (202, first.json())
    [job_id] = api.application.tables.jobs
    await api.application.run_job.run(job_id)
    waited = await client.post("/recipes", headers={**WAITING, **key}, json=RICE)
    assert waited.status_code == 201
    assert waited.headers["idempotency-replayed"] == "true"
    assert len(api.application.tables.recipes) == 1


async def test_fifty_who_wait_with_one_key_have_one_effect_and_one_answer(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    headers = {**WAITING, "idempotency-key": "key-1"}
    async with working(api.application):
        answers = await asyncio.gather(*(client.post("/recipes", headers=headers, json=RICE) for _ in range(50)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (201, f"/recipe/{recipe}") for recipe in api.application.tables.recipes
    }
    assert len(api.application.tables.recipes) == 1


@pytest.mark.parametrize("differs", [{"content-type": "application/json; charset=utf-8"}, {"if-match": '"2"'}])
async def test_a_key_with_other_conditions_is_another_request(
    client: httpx.AsyncClient, differs: dict[str, str]
) -> None:
    key = {**ALICE, "idempotency-key": "key-1"}
    await client.post("/recipes", headers=key, json=RICE)
    problem_of(await client.post("/recipes", headers={**key, **differs}, json=RICE), 422, "idempotency-key-reused")
