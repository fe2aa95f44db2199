"""The receiver: what is posted to it can be read back, and it never grows without bound."""

import gzip

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from entrypoints.local.otlp import MOST_BODY_BYTES
from entrypoints.local.traces import MOST_SPANS_OF_A_TRACE, create_traces_app

PROTOBUF = {"content-type": "application/x-protobuf"}
START = 1_700_000_000_000_000_000


def trace_id(number: int) -> str:
    return f"{number:032x}"


def request(*spans: Span, service: str = "kondate-api") -> bytes:
    name = KeyValue(key="service.name", value=AnyValue(string_value=service))
    scope_spans = [ScopeSpans(spans=spans)]
    resource_spans = [ResourceSpans(resource=Resource(attributes=[name]), scope_spans=scope_spans)]
    return bytes(ExportTraceServiceRequest(resource_spans=resource_spans).SerializeToString())


def make_span(trace: int = 1, number: int = 1, parent: int | None = None, *, failed: bool = False) -> Span:
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=b"" if parent is None else parent.to_bytes(8, "big"),
        name=f"work {number}",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=START + trace * 1_000_000_000 + number * 1_000_000,
        end_time_unix_nano=START + trace * 1_000_000_000 + number * 1_000_000 + 2_500_000,
        attributes=[
            KeyValue(key="http.response.status_code", value=AnyValue(int_value=200)),
            KeyValue(key="list", value=AnyValue(array_value=ArrayValue(values=[AnyValue(bool_value=True)]))),
        ],
        links=[Span.Link(trace_id=trace.to_bytes(16, "big"), span_id=b"\x00\x00\x00\x00\x00\x00\x00\x09")],
        status=Status(code=Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET),
    )


def client_of(max_traces: int = 500) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_traces_app(max_traces))
    return httpx.AsyncClient(transport=transport, base_url="http://traces")


async def test_a_posted_span_is_read_back_in_full() -> None:
    async with client_of() as client:
        posted = await client.post("/v1/traces", content=request(make_span(number=2, parent=1)), headers=PROTOBUF)
        spans = (await client.get(f"/traces/{trace_id(1)}")).json()
    assert (posted.status_code, posted.content) == (200, b"")
    assert spans == [
        {
            "traceId": trace_id(1),
            "spanId": "0000000000000002",
            "parentSpanId": "0000000000000001",
            "service": "kondate-api",
            "name": "work 2",
            "kind": "server",
            "startUnixNano": START + 1_002_000_000,
            "durationMs": 2.5,
            "attributes": {"http.response.status_code": 200, "list": [True]},
            "links": ["0000000000000009"],
            "status": "unset",
            "statusMessage": "",
        }
    ]


async def test_a_gzipped_body_is_taken_too() -> None:
    headers = {**PROTOBUF, "content-encoding": "gzip"}
    async with client_of() as client:
        answer = await client.post("/v1/traces", content=gzip.compress(request(make_span())), headers=headers)
        assert answer.status_code == 200
        assert len((await client.get(f"/traces/{trace_id(1)}")).json()) == 1


async def test_spans_of_several_services_join_into_one_summary() -> None:
    async with client_of() as client:
        await client.post(
            "/v1/traces", content=request(make_span(number=5, failed=True), service="worker"), headers=PROTOBUF
        )
        await client.post("/v1/traces", content=request(make_span(number=1), service="api"), headers=PROTOBUF)
        (summary,) = (await client.get("/traces")).json()
    assert summary == {
        "traceId": trace_id(1),
        "name": "work 1",
        "services": ["api", "worker"],
        "spans": 2,
        "startUnixNano": START + 1_001_000_000,
        "durationMs": 6.5,
        "failed": True,
    }


async def test_the_list_shows_the_newest_first_up_to_the_limit() -> None:
    async with client_of() as client:
        await client.post("/v1/traces", content=request(*(make_span(trace) for trace in (2, 3, 1))), headers=PROTOBUF)
        listed = (await client.get("/traces", params={"limit": "2"})).json()
    assert [summary["traceId"] for summary in listed] == [trace_id(3), trace_id(2)]


async def test_the_trace_without_news_for_longest_is_forgotten_first() -> None:
    async with client_of(max_traces=2) as client:
        for span in (make_span(1), make_span(2), make_span(1, 2), make_span(3)):
            await client.post("/v1/traces", content=request(span), headers=PROTOBUF)
        statuses = [(await client.get(f"/traces/{trace_id(number)}")).status_code for number in (1, 2, 3)]
    assert statuses == [200, 404, 200]


async def test_one_trace_cannot_grow_without_bound() -> None:
    spans = [make_span(number=number) for number in range(1, MOST_SPANS_OF_A_TRACE + 100)]
    async with client_of() as client:
        await client.post("/v1/traces", content=request(*spans), headers=PROTOBUF)
        assert len((await client.get(f"/traces/{trace_id(1)}")).json()) == MOST_SPANS_OF_A_TRACE


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"content-type": "application/json"}, 415),
        (b"\xff\xff", PROTOBUF, 400),
        (b"no gzip", {**PROTOBUF, "content-encoding": "gzip"}, 400),
        (gzip.compress(request(make_span()))[:-9], {**PROTOBUF, "content-encoding": "gzip"}, 400),
        (gzip.compress(bytes(MOST_BODY_BYTES + 1)), {**PROTOBUF, "content-encoding": "gzip"}, 400),
        (bytes(MOST_BODY_BYTES + 1), PROTOBUF, 413),
    ],
)
async def test_what_is_no_export_request_is_refused(body: bytes, headers: dict[str, str], status: int) -> None:
    async with client_of() as client:
        assert (await client.post("/v1/traces", content=body, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/traces?limit=x", 400),
        ("GET", "/traces?limit=99999999", 400),
        ("GET", "/traces/unknown", 404),
        ("GET", "/else", 404),
        ("DELETE", "/traces", 405),
    ],
)
async def test_each_path_answers_as_it_should(method: str, path: str, status: int) -> None:
    async with client_of() as client:
        assert (await client.request(method, path)).status_code == status
