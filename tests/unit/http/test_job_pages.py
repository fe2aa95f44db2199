"""The list of one's own jobs, page by page."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.ports.job_reads import Position
from domain.job import Job
from entrypoints.http.cursors import InvalidCursorError, cursor_of, position_of
from tests.support.builders import a_job
from tests.support.http import ALICE, BOB, InMemoryApi, problem_of

TIMES = st.datetimes(timezones=st.just(a_job().created_at.tzinfo))


def store(api: InMemoryApi, *numbers: int, owner: str = "alice") -> list[Job]:
    """Store jobs, each a second younger than the one before; return them newest first."""
    jobs = [
        replace(a_job(number, owner=owner), created_at=a_job().created_at + timedelta(seconds=number // 2))
        for number in numbers
    ]
    for job in jobs:
        api.application.tables.put_job(job)
    return jobs[::-1]


def ids(answer: httpx.Response) -> list[str]:
    return [item["jobId"] for item in answer.json()["items"]]


async def test_own_jobs_come_newest_first(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    mine = store(api, *range(1, 6))
    store(api, 7, owner="bob")
    answer = await client.get("/jobs", headers=ALICE)
    assert ids(answer) == [str(job.id) for job in mine]
    assert answer.json()["next"] is None
    assert "link" not in answer.headers


async def test_pages_follow_each_other_without_gap_or_repeat(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    """Jobs that come meanwhile shift nothing, and two of the same instant are told apart."""
    mine = store(api, *range(1, 8))
    seen, link = [], "/jobs?limit=2"
    while link:
        page = await client.get(link, headers=ALICE)
        seen += ids(page)
        store(api, 100 + len(seen))
        link = page.links["next"]["url"] if "next" in page.links else ""
        assert bool(link) == bool(page.json()["next"])
    assert seen == [str(job.id) for job in mine]


async def test_a_list_is_narrowed_to_one_status_on_every_page(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    queued = store(api, 1, 2, 3)
    api.application.tables.put_job(a_job(9).start(a_job().created_at))
    first = await client.get("/jobs?status=queued&limit=2", headers=ALICE)
    second = await client.get(first.links["next"]["url"], headers=ALICE)
    assert ids(first) + ids(second) == [str(job.id) for job in queued]


async def test_nobody_sees_the_jobs_of_others(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    store(api, 1, 2, 3)
    cursor = (await client.get("/jobs?limit=1", headers=ALICE)).json()["next"]
    assert ids(await client.get("/jobs", params={"cursor": cursor}, headers=BOB)) == []


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "*" * 32, "f" * 33, "f" * 32, "é" * 8])
async def test_what_is_no_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    problem_of(await client.get("/jobs", params={"cursor": cursor}, headers=ALICE), 400, "invalid-cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=lost", f"cursor={'a' * 65}"])
async def test_a_query_that_is_not_right_is_refused(client: httpx.AsyncClient, query: str) -> None:
    problem_of(await client.get(f"/jobs?{query}", headers=ALICE), 400, "bad-request")


@given(at=TIMES, number=st.integers(0, 2**128 - 1))
def test_a_cursor_leads_back_to_its_place(at: Position, number: int) -> None:
    position = Position(at=at, id=UUID(int=number))  # type: ignore[arg-type]
    assert position_of(cursor_of(position)) == position


@given(st.text(max_size=64))
def test_any_text_is_a_place_or_refused(text: str) -> None:
    try:
        position = position_of(text)
    except InvalidCursorError:
        return
    assert cursor_of(position) == text
