"""The least OTLP/HTTP receiver that serves: it keeps the newest traces of stage `local` in memory."""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from entrypoints.local.otlp import MOST_BODY_BYTES, UnreadableSpansError, read_spans
from entrypoints.local.trace_tree import NANOSECONDS_PER_MILLISECOND, SpanView

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Answer = tuple[int, bytes]

MOST_SPANS_OF_A_TRACE = 2_000
MOST_LISTED = 50
LIMIT = re.compile(r"[0-9]{1,6}", re.ASCII)
TRACES = "/traces"


class TraceSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the list: the earliest span names the trace; the duration spans first start to last end."""

    trace_id: str
    name: str
    services: list[str]
    spans: int
    start_unix_nano: int
    duration_ms: float
    failed: bool


class TraceMemory:
    """The newest traces, whole; the one that was longest without news goes first."""

    def __init__(self, most_traces: int) -> None:
        """Keep at most this many."""
        self._most_traces = most_traces
        self._traces: OrderedDict[str, dict[str, SpanView]] = OrderedDict()

    def keep(self, spans: Iterable[SpanView]) -> None:
        """Add spans, a second copy of one changing nothing; past 2,000 a trace takes no more."""
        for span in spans:
            trace = self._traces.setdefault(span.trace_id, {})
            self._traces.move_to_end(span.trace_id)
            if len(trace) < MOST_SPANS_OF_A_TRACE:
                trace[span.span_id] = span
            if len(self._traces) > self._most_traces:
                self._traces.popitem(last=False)

    def get(self, trace_id: str) -> list[SpanView] | None:
        """Return the trace's spans by start, or None."""
        trace = self._traces.get(trace_id)
        return None if trace is None else sorted(trace.values(), key=lambda span: span.start_unix_nano)

    def newest(self, limit: int) -> list[TraceSummary]:
        """Return summaries, the latest start first."""
        summaries = [_summary(trace_id, list(trace.values())) for trace_id, trace in self._traces.items()]
        return sorted(summaries, key=lambda summary: summary.start_unix_nano, reverse=True)[:limit]


def create_traces_app(max_traces: int = 500) -> App:
    """Return the ASGI app: `POST /v1/traces`, `GET /traces?limit=`, `GET /traces/{traceId}`, `GET /healthz`.

    It asks nobody who they are: it belongs on a loopback address only.
    """
    memory = TraceMemory(max_traces)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif (scope["method"], scope["path"]) == ("POST", "/v1/traces"):
            body = await _body(receive)
            await _answer(send, _take(memory, dict(scope["headers"]), body), b"application/x-protobuf")
        elif scope["method"] == "GET":
            await _answer(send, _show(memory, scope["path"], scope["query_string"]), b"application/json")
        else:
            await _answer(send, (405, b"{}"), b"application/json")

    return app


def _take(memory: TraceMemory, headers: dict[bytes, bytes], body: bytes | None) -> Answer:
    if headers.get(b"content-type", b"").split(b";")[0].strip() != b"application/x-protobuf":
        return 415, b""
    if body is None:
        return 413, b""
    try:
        memory.keep(read_spans(body, gzipped=headers.get(b"content-encoding") == b"gzip"))
    except UnreadableSpansError:
        return 400, b""
    return 200, b""


def _show(memory: TraceMemory, path: str, query: bytes) -> Answer:
    if path == "/healthz":
        return 200, b'{"status":"ok"}'
    if path == TRACES:
        limit = parse_qs(query.decode("latin-1")).get("limit", [str(MOST_LISTED)])[0]
        if LIMIT.fullmatch(limit) is None:
            return 400, b'{"detail":"limit is a whole number"}'
        return 200, msgspec.json.encode(memory.newest(int(limit)))
    spans = memory.get(path.removeprefix(f"{TRACES}/"))
    return (404, b'{"detail":"no such trace"}') if spans is None else (200, msgspec.json.encode(spans))


def _summary(trace_id: str, spans: list[SpanView]) -> TraceSummary:
    first = min(spans, key=lambda span: span.start_unix_nano)
    end = max(span.start_unix_nano + round(span.duration_ms * NANOSECONDS_PER_MILLISECOND) for span in spans)
    return TraceSummary(
        trace_id=trace_id,
        name=first.name,
        services=sorted({span.service for span in spans}),
        spans=len(spans),
        start_unix_nano=first.start_unix_nano,
        duration_ms=(end - first.start_unix_nano) / NANOSECONDS_PER_MILLISECOND,
        failed=any(span.status == "error" for span in spans),
    )


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None when it is larger than 16 MiB."""
    parts = []
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BODY_BYTES:
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _answer(send: Send, answer: Answer, media_type: bytes) -> None:
    status, body = answer
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
