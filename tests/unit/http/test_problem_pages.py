"""Where the `type` of a problem leads: every type that any layer uses has its page, its title and its status."""

from typing import Any

import httpx
import pytest

from entrypoints.gateway.problems import local_replies
from entrypoints.http.problems import problem_types
from entrypoints.problem_types import ProblemType
from tests.support.application import LOCAL
from tests.support.http import InMemoryApi

HTML = {"accept": "text/html"}
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def api() -> InMemoryApi:
    return InMemoryApi()


@pytest.mark.parametrize("type_", problem_types().values(), ids=problem_types().keys())
async def test_every_type_leads_to_its_page(client: httpx.AsyncClient, type_: ProblemType) -> None:
    page = await client.get(type_.uri, headers=HTML)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{type_.title}</h1>" in page.text
    shown = (await client.get(type_.uri, headers=JSON)).json()
    assert shown == {
        "type": type_.uri,
        "title": type_.title,
        "status": type_.status,
        "meaning": type_.meaning,
    }


def test_every_type_is_a_refusal_and_says_what_it_means() -> None:
    for type_ in problem_types().values():
        assert 400 <= type_.status < 600
        assert type_.meaning.endswith(".")


def test_the_gateways_refusals_are_of_those_types() -> None:
    types = {each.uri: each for each in problem_types().values()}
    mappers: Any = local_replies(LOCAL)["mappers"]
    for mapper in mappers:
        body = mapper["body_format_override"]["json_format"]
        type_ = types[body["type"]]
        assert (body["title"], body["status"], mapper["status_code"]) == (type_.title, type_.status, type_.status)


async def test_the_list_names_every_type(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/problems", headers=JSON)).json()["items"]
    assert {each["type"] for each in listed} == {each.uri for each in problem_types().values()}
    page = await client.get("/problems", headers=HTML)
    assert all(f'href="{each.uri}"' in page.text for each in problem_types().values())


async def test_the_pages_run_and_load_nothing(client: httpx.AsyncClient) -> None:
    page = await client.get("/problems/not-found", headers=HTML)
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in page.text
    assert "src=" not in page.text


async def test_the_pages_are_there_in_production_too() -> None:
    async with InMemoryApi().client(with_docs=False) as client:
        assert (await client.get("/problems/not-found", headers=HTML)).status_code == 200


async def test_there_is_no_page_of_what_is_no_type(client: httpx.AsyncClient) -> None:
    assert (await client.get("/problems/no-such-type", headers=JSON)).status_code == 404
