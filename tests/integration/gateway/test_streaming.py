"""Answers on their way out: compressed where that helps, passed on at once where they are a stream."""

import time
from pathlib import Path

import httpx
import pytest

from tests.integration.gateway.parts import Upstream
from tests.support.envoy import Gateway

MIB = 1_048_576


@pytest.mark.parametrize(("accepted", "coding"), [("br", "br"), ("gzip", "gzip"), ("gzip, br", "br")])
def test_a_large_answer_is_compressed_as_the_client_asks(caller: httpx.Client, accepted: str, coding: str) -> None:
    with caller.stream("GET", "/recipes?pad=20000", headers={"Accept-Encoding": accepted}) as answer:
        size = sum(len(piece) for piece in answer.iter_raw())

    assert answer.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert size < 2_000


@pytest.mark.parametrize("query", ["pad=10", "pad=20000&etag=v1"])
def test_a_small_answer_and_one_with_an_etag_stay_as_they_are(caller: httpx.Client, query: str) -> None:
    answer = caller.get(f"/recipes?{query}", headers={"Accept-Encoding": "gzip, br"})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers.get("ETag") == ('"v1"' if "etag" in query else None)


def test_a_stream_is_passed_on_at_once_and_outlasts_the_routes_time(caller: httpx.Client, upstream: Upstream) -> None:
    upstream.told.clear()
    headers = {"Accept-Encoding": "gzip, br", "Accept": "text/event-stream"}
    try:
        with caller.stream("GET", "/jobs/1/events", headers=headers) as answer:
            lines = answer.iter_lines()
            first = next(lines)  # The upstream sends nothing more before it is told.
            time.sleep(1)  # Twice what the route's other answers may take.
            upstream.told.set()
            rest = [line for line in lines if line]
    finally:
        upstream.told.set()

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert first.startswith("data: first")
    assert rest == ["data: second"]


def test_a_body_of_many_megabytes_passes_without_being_held(caller: httpx.Client, gateway: Gateway) -> None:
    caller.post("/import-recipes", content=b" ")
    before = most_memory(gateway)

    answer = caller.post("/import-recipes", content=b" " * (64 * MIB), timeout=60)

    assert (answer.status_code, answer.json()["body"]) == (200, 64 * MIB)
    assert most_memory(gateway) - before < 16 * MIB


def most_memory(gateway: Gateway) -> int:
    """Return the most memory that the gateway ever had resident, in bytes."""
    [line] = [
        line
        for line in Path(f"/proc/{gateway.process.pid}/status").read_text("ascii").splitlines()
        if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) * 1024
