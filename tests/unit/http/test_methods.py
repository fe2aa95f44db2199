"""HEAD wherever there is GET, and OPTIONS everywhere."""

import re

import httpx
import pytest

from entrypoints.http.app import edge_routes
from tests.support.http import ALICE, REPORT, RICE, InMemoryApi

READABLE = sorted(route.template for route in edge_routes(with_docs=True) if "GET" in route.methods)
PATHS = sorted({route.template for route in edge_routes(with_docs=True)})
OF_THE_MOMENT = {"x-request-id", "age", "cache-status"}


def told(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    """Return status and headers, but for what differs from one request to the next."""
    return answer.status_code, {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}


def concrete(template: str) -> str:
    return re.sub(r"\{\w+\}", "x", template)


@pytest.mark.parametrize("template", READABLE)
async def test_what_can_be_got_can_be_asked_about(client: httpx.AsyncClient, template: str) -> None:
    got = await client.get(concrete(template), headers=ALICE)
    asked = await client.head(concrete(template), headers=ALICE)
    if template != "/metrics":  # which tells of the request before
        assert told(asked) == told(got)
    assert asked.content == b""


async def test_a_resource_is_asked_about_with_its_version_and_length(client: httpx.AsyncClient) -> None:
    place = (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]
    got, asked = await client.get(place, headers=ALICE), await client.head(place, headers=ALICE)
    assert told(asked) == told(got)
    assert (asked.headers["etag"], int(asked.headers["content-length"])) == ('"1"', len(got.content))
    known = await client.head(place, headers={**ALICE, "if-none-match": '"1"'})
    assert known.status_code == 304


async def test_asking_about_a_stream_does_not_follow_it(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    job = (await client.post("/generate-report", headers=ALICE, json=REPORT)).headers["location"]
    asked = await client.head(f"{job}/events", headers=ALICE)
    assert (asked.status_code, asked.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert api.application.watch.followed == 0


@pytest.mark.parametrize("template", PATHS)
async def test_every_path_tells_its_methods_to_anybody(client: httpx.AsyncClient, template: str) -> None:
    answer = await client.options(concrete(template))
    declared = {
        method for route in edge_routes(with_docs=True) for method in route.methods if route.template == template
    }
    allowed = answer.headers["allow"].split(", ")
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(allowed) == declared | {"OPTIONS"} | ({"HEAD"} if "GET" in declared else set())
    assert allowed == sorted(allowed)


async def test_a_path_that_is_none_has_no_methods(client: httpx.AsyncClient) -> None:
    assert (await client.options("/nothing")).status_code == 404
