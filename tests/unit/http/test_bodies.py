"""Hostile bodies: each is refused with a problem, and nothing is stored."""

import json

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.types import Empty

from entrypoints.edge import Edge
from entrypoints.http.app import routes
from tests.support.http import ALICE, RICE, InMemoryApi, problem_of

JSON = {**ALICE, "content-type": "application/json"}
GOOD = json.dumps(RICE).encode()


def with_name(name: bytes) -> bytes:
    """Return a recipe whose name is exactly these bytes of JSON."""
    return b'{"ingredients":[{"lines":["rice"]}],"name":' + name + b"}"


def with_minutes(number: bytes) -> bytes:
    """Return a recipe whose preparation takes exactly this JSON."""
    return b'{"ingredients":[{"lines":["rice"]}],"name":"Rice","prepMinutes":' + number + b"}"


def nested(depth: int, core: bytes = b"") -> bytes:
    """Return a recipe with a member that is nested so deep."""
    return b'{"x":' + b"[" * depth + core + b"]" * depth + b"}"


MALFORMED = {
    "invalid UTF-8": with_name(b'"\xff"'),
    "overlong UTF-8": with_name(b'"\xc0\xaf"'),
    "surrogate in UTF-8": with_name(b'"\xed\xa0\x80"'),
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "NUL escape": with_name(b'"a\\u0000b"'),
    "NUL escape in a member's name": b'{"a\\u0000":1}',
    "NUL": with_name(b'"\x00"'),
    "control character": with_name(b'"\x01"'),
    "lone surrogate": with_name(b'"\\ud800"'),
    "reversed surrogates": with_name(b'"\\ude00\\ud83d"'),
    "member twice": with_name(b'"a","name":"b"'),
    "member twice, written differently": with_name(b'"a","n\\u0061me":"b"'),
    "inner member twice": with_name(b'"a","yield":{"amount":1,"amount":2}'),
    "NaN": with_minutes(b"NaN"),
    "Infinity": with_minutes(b"-Infinity"),
    "1e400": with_minutes(b"1e400"),
    "5,000 digits": with_minutes(b"9" * 5_000),
    "leading zero": with_minutes(b"05"),
    "hexadecimal": with_minutes(b"0x5"),
    "nested 5,000 deep": nested(5_000),
    "nested 30,000 deep": nested(30_000),
    "nested objects": b'{"x":' * 5_000 + b"1" + b"}" * 5_000,
    "nested about as deep as is read, around a NUL": nested(990, b'"\\u0000"'),
    "never closed": b"[" * 30_000,
    "cut off": GOOD[:-1],
    "trailing junk": GOOD + b"x",
    "two values": GOOD + GOOD,
    "trailing comma": with_name(b'"a",'),
    "comment": GOOD + b"/* */",
    "single quotes": with_name(b"'a'"),
    "spaces only": b"  ",
    "nothing": b"",
}
INVALID = {
    "null": b"null",
    "array": b"[]",
    "text": b'"rice"',
    "number": b"0",
    "empty object": b"{}",
    "text for a number": with_minutes(b'"5"'),
    "5.0": with_minutes(b"5.0"),
    "1e2": with_minutes(b"1e2"),
    "true for a number": with_minutes(b"true"),
    "-1": with_minutes(b"-1"),
    "2^31": with_minutes(b"2147483648"),
    "2^63": with_minutes(b"9223372036854775808"),
    "2^64": with_minutes(b"18446744073709551616"),
    "number for a text": with_name(b"5"),
    "null for a text": with_name(b"null"),
    "object for a text": with_name(b'{"$ne":null}'),
    "name of 60,000 letters": with_name(b'"' + b"a" * 60_000 + b'"'),
    "unknown member": with_name(b'"a","owner":"mallory"'),
    "member in another case": with_name(b'"a","Description":"b"'),
    "unknown inner member": with_name(b'"a","yield":{"amount":1,"x":1}'),
    "nested but readable": nested(100),
    "prototype": with_name(b'"a","__proto__":{"owner":"mallory"}'),
}


@pytest.fixture(scope="module")
def api() -> InMemoryApi:
    """Give one API to all of these tests, for nothing is to be stored by any of them."""
    return InMemoryApi()


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_not_json_is_malformed(client: httpx.AsyncClient, api: InMemoryApi, body: bytes) -> None:
    problem_of(await client.post("/recipes", headers=JSON, content=body), 400, "malformed-body")
    assert api.stored() == 0


@pytest.mark.parametrize("body", INVALID.values(), ids=INVALID.keys())
async def test_json_of_another_form_is_told_what_is_wrong(
    client: httpx.AsyncClient, api: InMemoryApi, body: bytes
) -> None:
    answer = await client.post("/recipes", headers=JSON, content=body)
    assert problem_of(answer, 400, "validation-failed")["errors"]
    assert api.stored() == 0


async def test_no_depth_of_nesting_is_too_much_for_the_reader(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    """Around the interpreter's own limit each step of the reading could be the one that runs out of stack."""
    for depth in range(850, 1_000):
        answer = await client.post("/recipes", headers=JSON, content=nested(depth, b'"\\u0000"'))
        assert answer.status_code == 400
    assert not api.application.telemetry.errors


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "text/json"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/msgpack"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json; charset=latin1"},
        {"content-type": "application/jsonx"},
        {"content-type": ";;;="},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": "br"},
        {"content-type": "application/json", "content-encoding": "identity"},
    ],
    ids=str,
)
async def test_only_json_in_utf8_is_taken(client: httpx.AsyncClient, api: InMemoryApi, headers: dict[str, str]) -> None:
    answer = await client.post("/recipes", headers={**ALICE, **headers}, content=GOOD)
    problem_of(answer, 415, "unsupported-media-type")
    assert api.stored() == 0


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
async def test_json_by_any_spelling_of_its_name_is_taken(media_type: str) -> None:
    async with InMemoryApi().client() as client:
        answer = await client.post("/recipes", headers={**ALICE, "content-type": media_type}, content=GOOD)
    assert answer.status_code == 201


@pytest.mark.parametrize(("path", "limit"), [("/recipes", 262_144), ("/generate-report", 65_536)])
async def test_a_body_over_the_limit_is_too_large(
    client: httpx.AsyncClient, api: InMemoryApi, path: str, limit: int
) -> None:
    answer = await client.post(path, headers=JSON, content=GOOD + b" " * (limit - len(GOOD) + 1))
    problem_of(answer, 413, "content-too-large")
    assert api.stored() == 0


async def test_a_body_of_exactly_the_limit_is_taken() -> None:
    async with InMemoryApi().client() as client:
        answer = await client.post("/recipes", headers=JSON, content=GOOD + b" " * (262_144 - len(GOOD)))
    assert answer.status_code == 201


@pytest.mark.parametrize("route", routes(with_docs=True), ids=lambda route: str(route.fn.__name__))
def test_a_route_takes_no_more_than_its_edge_lets_through(route: HTTPRouteHandler) -> None:
    """The gateway and the API refuse at the same size."""
    limit = route.opt["edge"].body_limit_bytes
    assert route.request_max_body_size == limit or (
        limit == Edge().body_limit_bytes and route.request_max_body_size is Empty
    )
