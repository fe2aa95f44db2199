"""Queries read strictly: every parameter that is wrong is named, and `null` is no value."""

import httpx
import pytest

from tests.support.http import ALICE, problem_of


async def test_every_parameter_that_is_wrong_is_named_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.get("/jobs", headers=ALICE, params={"limit": "many", "status": "lost", "cursor": "x" * 65})
    errors = problem_of(answer, 400, "bad-request")["errors"]
    assert {each["parameter"] for each in errors} == {"limit", "status", "cursor"}
    assert all(each["detail"] for each in errors)


@pytest.mark.parametrize("query", ["status=null", "status=NULL", "limit=null", "status=running&status=null"])
async def test_null_is_no_value(client: httpx.AsyncClient, query: str) -> None:
    problem_of(await client.get(f"/jobs?{query}", headers=ALICE), 400, "bad-request")


@pytest.mark.parametrize("query", ["q=null", "tag=null", "unknown=null", "q=nullity"])
async def test_a_text_may_be_null(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/recipes?{query}", headers=ALICE)).status_code == 200
