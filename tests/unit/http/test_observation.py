"""Request ids, and what each request leaves in log, measurements and trace."""

import re

import httpx
import pytest

from application.ports.telemetry import TransportKind
from tests.support.http import ALICE, RICE, InMemoryApi

GIVEN = "0192-abcd_EF42"


@pytest.mark.parametrize("given", [GIVEN, "a" * 8, "Z" * 48])
async def test_a_usable_request_id_is_kept(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/nothing", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.json()["requestId"] == given


@pytest.mark.parametrize(
    "given", ["", "a" * 7, "a" * 49, "with space here", 'quote"quote"', "line\\nbreak", "ünïcödé-id", "a" * 5_000]
)
async def test_an_unusable_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/nothing", headers=[(b"x-request-id", given.encode())])
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"])


async def test_a_request_without_an_id_gets_one_of_its_own(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/nothing") for _ in range(2)]
    assert answers[0].headers["x-request-id"] != answers[1].headers["x-request-id"]


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/nothing", "/recipes"])
async def test_every_answer_has_exactly_one_request_id(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"x-request-id": GIVEN})
    assert answer.headers.get_list("x-request-id") == [GIVEN]


async def test_a_request_is_logged_and_measured_once(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.post("/recipes", headers=ALICE, json=RICE)
    telemetry = api.application.telemetry
    [fields] = [fields for name, fields in telemetry.events if name == "request"]
    [(name, seconds, labels)] = telemetry.durations
    assert {key: fields[key] for key in ("method", "route", "status", "bytes_out")} == {
        "method": "POST",
        "route": "/recipes",
        "status": 201,
        "bytes_out": len(answer.content),
    }
    assert (name, labels) == ("http_request", {"method": "POST", "route": "/recipes", "status": "201"})
    assert seconds > 0


@pytest.mark.parametrize(("method", "path"), [("BREW", "/recipes"), ("GET", "/nothing/0"), ("GET", "/nothing/1")])
async def test_what_is_nobodys_is_measured_under_one_name(
    client: httpx.AsyncClient, api: InMemoryApi, method: str, path: str
) -> None:
    """A caller must not be able to make new time series."""
    await client.request(method, path)
    [(_, _, labels)] = api.application.telemetry.durations
    assert labels["route"] == "unknown"
    assert labels["method"] in ("GET", "OTHER")


async def test_ids_in_a_path_do_not_appear_in_the_name_of_its_work(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await client.get("/recipe/0192", headers={**ALICE, "x-request-id": GIVEN, "traceparent": traceparent})
    [work] = api.application.telemetry.scopes
    assert (work.kind, work.name, work.request_id) == (TransportKind.SERVER, "GET /recipe/{recipe_id}", GIVEN)
    assert work.traceparent == traceparent
    assert work.attributes["http.route"] == "/recipe/{recipe_id}"
    assert work.attributes["http.response.status_code"] == 404
