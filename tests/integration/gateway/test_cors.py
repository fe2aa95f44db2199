"""Browsers of other origins: exact origins, preflights answered at the edge, headers on every answer."""

from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.gateway.parts import ORIGIN, Upstream

PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
STRANGE_ORIGINS = [
    "null",
    f"{ORIGIN}.evil.example",
    "https://evil-app.example",
    "https://sub.app.example",
    "http://app.example",
    f"{ORIGIN}:8443",
    f"{ORIGIN}/",
    ORIGIN.upper(),
    f"{ORIGIN}, https://evil.example",
    f"https://{urlsplit(ORIGIN).hostname}@evil.example",
    "http://localhost:3001",
    "http://localhost",
    "https://appxexample",
]


@pytest.mark.parametrize("path", ["/recipe/1", "/console", "/docs", "/nowhere"])
def test_a_preflight_is_answered_at_the_edge_without_a_token(
    client: httpx.Client, upstream: Upstream, path: str
) -> None:
    before = len(upstream.received)

    answer = client.options(path, headers={"Origin": ORIGIN, **PREFLIGHT})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Origin" in answer.headers["Vary"]
    assert len(upstream.received) == before


@pytest.mark.parametrize("origin", STRANGE_ORIGINS)
def test_a_strange_origin_is_told_nothing(caller: httpx.Client, upstream: Upstream, origin: str) -> None:
    before = len(upstream.received)
    preflight = caller.options("/recipe/1", headers={"Origin": origin, **PREFLIGHT})
    reached = len(upstream.received) - before
    answers = [
        preflight,
        caller.get("/recipe/1", headers={"Origin": origin}),
        caller.get("/x", headers={"Origin": origin}),
    ]

    assert reached == 0
    assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/recipe/1", 200),
        ("GET", "/recipe/1?status=500", 500),
        ("GET", "/console", 403),
        ("GET", "/nowhere", 404),
        ("DELETE", "/recipe/1", 405),
    ],
)
def test_answers_and_refusals_alike_can_be_read_by_an_allowed_origin(
    caller: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = caller.request(method, path, headers={"Origin": ORIGIN})

    assert answer.status_code == status
    assert answer.headers.get_list("Access-Control-Allow-Origin") == [ORIGIN]
    assert {"Location", "Retry-After", "ETag", "RateLimit", "X-Request-ID"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_a_refusal_for_want_of_a_token_can_be_read_too(client: httpx.Client) -> None:
    assert client.get("/recipe/1", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == ORIGIN


def test_options_without_an_origin_tells_the_methods_of_the_path(client: httpx.Client) -> None:
    answer = client.options("/recipe/1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, PUT"
    assert client.options("/nowhere").status_code == 404
