"""What load balancers and operators ask on the API's own port."""

import asyncio

import httpx

from adapters.telemetry.metrics import PrometheusMeter
from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes
from tests.support.http import ALICE, REPORT, InMemoryApi


class Part:
    """A part that answers or does not, and counts how often it was asked."""

    def __init__(self, *, up: bool = True) -> None:
        self.up = up
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        if not self.up:
            raise OSError("refused")


async def test_a_process_is_live_even_when_its_parts_are_away() -> None:
    async with InMemoryApi(checks={"database": Part(up=False)}).client() as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


async def test_a_process_is_ready_while_all_its_parts_answer() -> None:
    async with InMemoryApi(checks={"database": Part(), "queue": Part()}).client() as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "up", "queue": "up"})


async def test_a_part_that_is_down_is_named() -> None:
    async with InMemoryApi(checks={"database": Part(), "queue": Part(up=False)}).client() as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "up", "queue": "down"})


async def test_questions_at_the_same_time_share_one_answer() -> None:
    database = Part()
    async with InMemoryApi(checks={"database": database}).client() as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert database.asked == 1


async def test_metrics_are_shown_in_the_prometheus_format() -> None:
    meter = PrometheusMeter()
    async with InMemoryApi(instead={"meter": meter}).client() as client:
        await client.post("/generate-report", headers=ALICE, json=REPORT)
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == meter.exposition()[1]
    counted = 'kondate_http_request_duration_seconds_count{method="POST",route="/generate-report",status="202"} 1.0'
    assert counted in answer.text


async def test_health_checks_are_neither_logged_nor_measured(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await client.get("/healthz")
    await client.get("/readyz")
    assert not api.application.telemetry.events
    assert not api.application.telemetry.durations


def test_operators_routes_are_not_for_the_gateway() -> None:
    internal = {route.template for route in edge_routes(with_docs=True) if route.edge.exposure is Exposure.INTERNAL}
    assert internal == {"/healthz", "/readyz", "/readyz/traffic", "/metrics"}
