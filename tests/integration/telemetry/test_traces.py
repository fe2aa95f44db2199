"""Two services, one trace, over the real exporter and the real receiver."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator

import httpx
import msgspec
import pytest
import structlog
from opentelemetry.trace import SpanKind

from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.telemetry import StructlogTelemetry
from adapters.telemetry.tracing import Tracing, open_tracing
from application.ports.telemetry import TransportKind
from entrypoints.local.trace_tree import SpanView, render_trace

SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def _sdk_level_restored() -> Iterator[None]:
    yield
    logging.getLogger("opentelemetry").setLevel(logging.NOTSET)


def telemetry_of(tracing: Tracing) -> StructlogTelemetry:
    return StructlogTelemetry(structlog.wrap_logger(structlog.testing.CapturingLogger()), tracing, PrometheusMeter())


def accept(endpoint: str) -> str:
    """Take a request as the API does; return what travels with the message."""
    with open_tracing("kondate-api", endpoint, 1.0) as tracing:
        telemetry = telemetry_of(tracing)
        with telemetry.transport(
            TransportKind.SERVER, "POST /generate-report", request_id="r", traceparent=None, attributes={}
        ):
            return str(telemetry.traceparent())


def process(endpoint: str, traceparent: str) -> None:
    """Carry out the message as the worker does."""
    with open_tracing("kondate-worker", endpoint, 0.0) as tracing:
        telemetry = telemetry_of(tracing)
        with (
            telemetry.transport(
                TransportKind.CONSUMER, "process q", request_id="r", traceparent=traceparent, attributes={}
            ),
            telemetry.observe("generate-report", {}),
        ):
            statement = telemetry.statements()
            assert statement is not None
            with statement("report_add"):
                pass


async def test_a_request_and_its_job_are_one_trace(receiver: str) -> None:
    traceparent = await asyncio.to_thread(accept, receiver)
    await asyncio.to_thread(process, receiver, traceparent)
    async with httpx.AsyncClient(base_url=receiver) as client:
        answer = await client.get(f"/traces/{traceparent[3:35]}")
    spans = msgspec.json.decode(answer.content, type=list[SpanView])
    assert [(span.service, span.kind, span.name) for span in spans] == [
        ("kondate-api", "server", "POST /generate-report"),
        ("kondate-worker", "consumer", "process q"),
        ("kondate-worker", "internal", "generate-report"),
        ("kondate-worker", "client", "report_add"),
    ]
    assert [span.parent_span_id for span in spans] == [None, *(span.span_id for span in spans[:3])]
    assert spans[1].links == [spans[0].span_id]
    assert "\n      └─ report_add" in render_trace(spans)


async def test_spans_show_within_a_second_while_the_process_runs(receiver: str) -> None:
    with open_tracing("kondate-api", receiver, 1.0) as tracing:
        telemetry = telemetry_of(tracing)
        with telemetry.transport(TransportKind.SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes={}):
            pass
        async with httpx.AsyncClient(base_url=receiver) as client, asyncio.timeout(2):
            while (await client.get(f"/traces/{SAMPLED[3:35]}")).status_code != 200:
                await asyncio.sleep(0.05)


def tell_and_leave(endpoint: str) -> float:
    """Return how long leaving takes, in seconds, when some spans are left to send."""
    with open_tracing("kondate-api", endpoint, 1.0) as tracing:
        for _ in range(2_000):
            _, span = tracing.join(SAMPLED, "work", SpanKind.SERVER, {})
            assert span is not None
            span.end()
        began = time.perf_counter()
    return time.perf_counter() - began


def test_a_dead_receiver_holds_nobody_up_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert tell_and_leave(endpoint) < 1.5
    told = [record.getMessage() for record in caplog.records if endpoint in record.getMessage()]
    assert told == [f"traces are not taken by {endpoint}"]


def test_a_receiver_that_never_answers_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert tell_and_leave(f"http://127.0.0.1:{silent.getsockname()[1]}") < 1.5


def test_without_an_endpoint_no_span_is_made() -> None:
    with open_tracing("kondate-api", None, 1.0) as tracing:
        assert tracing.join(SAMPLED, "work", SpanKind.SERVER, {})[1] is None
