"""Spans as OTLP/HTTP carries them: protobuf, gzipped or not."""

import zlib
from collections.abc import Iterable, Iterator

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from entrypoints.local.trace_tree import NANOSECONDS_PER_MILLISECOND, SpanView

MOST_BODY_BYTES = 16_777_216
GZIP_FORMAT = 31
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")


class UnreadableSpansError(Exception):
    """The body is no OTLP export request, or larger than 16 MiB when unpacked."""


def read_spans(body: bytes, *, gzipped: bool) -> list[SpanView]:
    """Return the spans of one export request; raise UnreadableSpansError for anything else."""
    try:
        request = ExportTraceServiceRequest.FromString(_inflate(body) if gzipped else body)
    except (DecodeError, zlib.error) as error:
        raise UnreadableSpansError(str(error)) from error
    return list(_views(request))


def _inflate(body: bytes) -> bytes:
    """Return the content of a gzip body; zlib.error where it is broken or larger than a body may be."""
    decoder = zlib.decompressobj(GZIP_FORMAT)
    plain = decoder.decompress(body, MOST_BODY_BYTES)
    if not decoder.eof:
        raise zlib.error("the body is cut short, or too large")
    return plain


def _views(request: ExportTraceServiceRequest) -> Iterator[SpanView]:
    for resource_spans in request.resource_spans:
        service = str(_attributes(resource_spans.resource.attributes).get("service.name", "unknown"))
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield _view(span, service)


def _view(span: Span, service: str) -> SpanView:
    return SpanView(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex() or None,
        service=service,
        name=span.name,
        kind=KINDS[span.kind] if span.kind < len(KINDS) else KINDS[0],
        start_unix_nano=span.start_time_unix_nano,
        duration_ms=(span.end_time_unix_nano - span.start_time_unix_nano) / NANOSECONDS_PER_MILLISECOND,
        attributes=_attributes(span.attributes),
        links=[link.span_id.hex() for link in span.links],
        status=STATUSES[span.status.code] if span.status.code < len(STATUSES) else STATUSES[0],
        status_message=span.status.message,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case name:
            return getattr(value, name)
