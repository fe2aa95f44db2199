"""One piece of work: its lines, its spans and what it passes on."""

import asyncio

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.telemetry import StructlogTelemetry
from adapters.telemetry.tracing import Tracing
from application.ports.telemetry import TransportKind
from domain.errors import RecipeNotFoundError
from tests.unit.telemetry.rig import RESOURCE, SAMPLED, TRACE_ID, UNSAMPLED, Rig, SpanList

SERVER, CONSUMER = TransportKind.SERVER, TransportKind.CONSUMER


def span_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def parent_id(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def test_every_line_of_a_request_carries_its_ids(rig: Rig) -> None:
    with rig.telemetry.transport(SERVER, "GET", request_id="r-1", traceparent=SAMPLED, attributes={}) as scope:
        scope.bind({"job_id": "j-1"})
        rig.telemetry.event("inside", {})
    rig.telemetry.event("outside", {})
    inside, outside = rig.lines()
    assert (inside["request_id"], inside["trace_id"], inside["job_id"]) == ("r-1", TRACE_ID, "j-1")
    assert outside.keys() == {"time", "level", "event", "service"}


async def test_concurrent_requests_keep_their_ids_apart(rig: Rig) -> None:
    both_inside = asyncio.Barrier(2)

    async def request(request_id: str) -> None:
        with rig.telemetry.transport(SERVER, "GET", request_id=request_id, traceparent=None, attributes={}):
            await both_inside.wait()
            rig.telemetry.event(request_id, {})

    await asyncio.gather(request("r-1"), request("r-2"))
    assert [line["event"] == line["request_id"] for line in rig.lines()] == [True, True]
    assert len({line["trace_id"] for line in rig.lines()}) == 2


def test_a_request_is_a_server_span_of_the_callers_trace(rig: Rig) -> None:
    attributes = {"http.request.method": "GET"}
    with rig.telemetry.transport(SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes=attributes) as scope:
        scope.rename("GET /recipe/{id}")
        scope.set("http.response.status_code", 200)
    span = rig.span("GET /recipe/{id}")
    assert span.kind is SpanKind.SERVER
    assert span.attributes == {"http.request.method": "GET", "http.response.status_code": 200}
    assert f"{span.context.trace_id:032x}" == TRACE_ID
    assert f"{parent_id(span):016x}" == "b7ad6b7169203331"
    assert span.status.status_code is StatusCode.UNSET


def test_handlers_and_statements_nest_below_the_request(rig: Rig) -> None:
    with rig.telemetry.transport(SERVER, "server", request_id="r", traceparent=SAMPLED, attributes={}):
        with rig.telemetry.observe("add-recipe", {}):
            statement = rig.telemetry.statements()
            assert statement is not None
            with statement("recipe_add"):
                pass
        with statement("commit"):
            pass
    server, handler, sql = rig.span("server"), rig.span("add-recipe"), rig.span("recipe_add")
    assert [handler.kind, sql.kind] == [SpanKind.INTERNAL, SpanKind.CLIENT]
    assert [parent_id(handler), parent_id(sql)] == [span_id(server), span_id(handler)]
    assert parent_id(rig.span("commit")) == span_id(server)
    assert sql.attributes == {"db.system.name": "postgresql", "db.query.summary": "recipe_add"}


def test_what_is_passed_on_names_the_innermost_span(rig: Rig) -> None:
    with (
        rig.telemetry.transport(SERVER, "server", request_id="r", traceparent=SAMPLED, attributes={}),
        rig.telemetry.observe("generate-report", {}),
    ):
        passed_on = rig.telemetry.traceparent()
    assert passed_on == f"00-{TRACE_ID}-{span_id(rig.span('generate-report')):016x}-01"
    assert rig.telemetry.traceparent() is None


def test_a_delivery_continues_the_trace_and_links_to_its_creation(rig: Rig) -> None:
    attributes = {"messaging.message.id": "m-1"}
    with rig.telemetry.transport(CONSUMER, "process q", request_id="r", traceparent=SAMPLED, attributes=attributes):
        pass
    span = rig.span("process q")
    assert span.kind is SpanKind.CONSUMER
    assert [f"{link.context.span_id:016x}" for link in span.links] == ["b7ad6b7169203331"]
    assert f"{parent_id(span):016x}" == "b7ad6b7169203331"
    assert span.attributes == {
        "messaging.system": "aws_sqs",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.message.id": "m-1",
    }


def test_a_batch_is_told_in_each_sampled_trace_that_it_carries(rig: Rig) -> None:
    with rig.telemetry.sending("kondate-commands", [SAMPLED, UNSAMPLED, None]):
        pass
    span = rig.span("send kondate-commands")
    assert span.kind is SpanKind.PRODUCER
    assert f"{span.context.trace_id:032x}" == TRACE_ID
    assert (span.attributes or {})["messaging.batch.message_count"] == 3


def test_a_batch_that_fails_is_a_failed_span(rig: Rig) -> None:
    with pytest.raises(ConnectionError), rig.telemetry.sending("q", [SAMPLED]):
        raise ConnectionError("refused")
    assert rig.span("send q").status.status_code is StatusCode.ERROR


def test_an_unsampled_request_makes_no_span_and_is_passed_on_as_it_came(rig: Rig) -> None:
    with rig.telemetry.transport(SERVER, "GET", request_id="r", traceparent=UNSAMPLED, attributes={}) as scope:
        scope.rename("GET /")
        scope.set("http.route", "/")
        scope.fail(ValueError())
        assert rig.telemetry.statements() is None
        assert rig.telemetry.traceparent() == UNSAMPLED
        with rig.telemetry.observe("add-recipe", {}):
            assert rig.telemetry.traceparent() == UNSAMPLED
    assert rig.processor.spans == []
    assert [line["trace_id"] for line in rig.lines()] == [TRACE_ID]


@pytest.mark.parametrize("header", [None, "broken", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_without_a_valid_traceparent_a_trace_begins_here(rig: Rig, header: str | None) -> None:
    with rig.telemetry.transport(SERVER, "root", request_id="r", traceparent=header, attributes={}) as scope:
        pass
    span = rig.span("root")
    assert span.parent is None
    assert f"{span.context.trace_id:032x}" == scope.trace_id


@pytest.mark.parametrize("ratio", [0.0, 0.25, 1.0])
def test_about_the_asked_ratio_of_new_traces_is_sampled(ratio: float) -> None:
    spans = SpanList()
    tracing = Tracing(resource=RESOURCE, processor=spans, ratio=ratio)
    sampled = sum(tracing.join(None, "root", SpanKind.SERVER, {})[1] is not None for _ in range(4_000))
    assert abs(sampled / 4_000 - ratio) < 0.05


def test_without_a_processor_the_callers_decision_is_passed_on(rig: Rig) -> None:
    tracing = Tracing(resource=RESOURCE, processor=None, ratio=1)
    telemetry = StructlogTelemetry(rig.telemetry._logger, tracing, PrometheusMeter())
    with telemetry.transport(SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes={}):
        assert telemetry.traceparent() == SAMPLED
    with telemetry.transport(SERVER, "GET", request_id="r", traceparent=None, attributes={}):
        assert str(telemetry.traceparent()).endswith("-00")


def test_a_handlers_end_is_one_line_with_its_outcome(rig: Rig) -> None:
    with rig.telemetry.observe("add-recipe", {"attempt": 2}):
        pass
    (line,) = rig.lines()
    assert line.pop("duration_ms") >= 0
    assert (line["event"], line["handler"], line["outcome"], line["attempt"]) == ("handled", "add-recipe", "done", 2)


def test_a_refusal_is_no_fault(rig: Rig) -> None:
    with (
        pytest.raises(RecipeNotFoundError),
        rig.telemetry.transport(SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes={}),
        rig.telemetry.observe("revise-recipe", {}),
    ):
        raise RecipeNotFoundError("No such recipe.")
    (line,) = rig.lines()
    assert (line["level"], line["outcome"], line["code"]) == ("info", "refused", "recipe-not-found")
    assert "exception" not in line
    assert rig.span("revise-recipe").status.status_code is StatusCode.UNSET


def test_an_unexpected_error_is_told_with_its_stack_and_marks_the_spans(rig: Rig) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        rig.telemetry.transport(SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes={}),
        rig.telemetry.observe("add-recipe", {}),
    ):
        raise ZeroDivisionError("by zero")
    (line,) = rig.lines()
    assert (line["level"], line["outcome"]) == ("error", "failed")
    assert line["exception"].endswith("ZeroDivisionError: by zero")
    for span in rig.processor.spans:
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "ZeroDivisionError"


def test_a_cancelled_handler_is_no_fault(rig: Rig) -> None:
    with pytest.raises(asyncio.CancelledError), rig.telemetry.observe("generate-report", {}):
        raise asyncio.CancelledError
    assert [(line["level"], line["outcome"]) for line in rig.lines()] == [("info", "cancelled")]


def test_a_server_error_status_marks_the_request_as_failed(rig: Rig) -> None:
    with rig.telemetry.transport(SERVER, "GET", request_id="r", traceparent=SAMPLED, attributes={}) as scope:
        scope.set("http.response.status_code", 503)
    span = rig.span("GET")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "503"


def test_an_error_kept_inside_the_block_can_be_told_without_its_secrets(rig: Rig) -> None:
    with rig.telemetry.transport(CONSUMER, "process q", request_id="r", traceparent=SAMPLED, attributes={}) as scope:
        scope.fail(ConnectionError("no answer from postgresql://kondate:hunter2@db"))
    assert rig.span("process q").status.description == "no answer from postgresql://kondate:***@db"


def test_handlers_are_timed_in_the_metrics(rig: Rig) -> None:
    with rig.telemetry.observe("add-recipe", {}):
        pass
    text = rig.meter.exposition()[0].decode()
    assert 'kondate_handler_duration_seconds_count{command="add-recipe",outcome="done"} 1.0' in text


def test_counting_never_raises(rig: Rig) -> None:
    rig.telemetry.count("jobs", 1, {"kind": "generate-report", "outcome": "succeeded"})
    rig.telemetry.count("nothing", 1, {})
    rig.telemetry.count("jobs", 1, {"wrong": "label"})
    assert [line["event"] for line in rig.lines()] == ["metric.undeclared", "metric.undeclared"]
    assert b'kondate_jobs_total{kind="generate-report",outcome="succeeded"} 1.0' in rig.meter.exposition()[0]


def test_a_fault_is_told_with_its_stack(rig: Rig) -> None:
    rig.telemetry.error("request.crashed", KeyError("lost"))
    (line,) = rig.lines()
    assert (line["event"], line["level"], line["exception"]) == ("request.crashed", "error", "KeyError: 'lost'")
