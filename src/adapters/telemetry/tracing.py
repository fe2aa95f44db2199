"""Where spans go: the OpenTelemetry SDK's batches over OTLP/HTTP, and never in anyone's way."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from adapters.telemetry.spans import Span, new_id
from adapters.telemetry.trace_context import TraceContext, parse_traceparent
from application.ports.telemetry import Fields

EXPORT_TIMEOUT_SECONDS = 1.0
SCHEDULE_DELAY_MILLISECONDS = 500
FAREWELL_SECONDS = 1.0
SAMPLING_BITS = 64
SAMPLED_FLAGS = TraceFlags(TraceFlags.SAMPLED)


class Tracing:
    """Decides which traces are sampled, and records their spans with a processor; without one, none are."""

    def __init__(self, *, resource: Resource, processor: SpanProcessor | None, ratio: float) -> None:
        """Sample this ratio (0 to 1) of the traces that begin here; a caller's decision is kept."""
        self._resource = resource
        self._processor = processor
        self._bound = round(ratio * (1 << SAMPLING_BITS))
        self._scope = InstrumentationScope("kondate")

    def join(
        self, header: str | None, name: str, kind: SpanKind, attributes: Fields
    ) -> tuple[TraceContext, Span | None]:
        """Continue the trace of a traceparent, or begin one; return what to pass on, and a span if sampled."""
        parent = parse_traceparent(header)
        trace_id = parent.trace_id if parent else new_id(128)
        sampled = parent.sampled if parent else self._samples(trace_id)
        if sampled and self._processor is not None:
            span = Span(self._record, name, kind, trace_id, parent, attributes)
            return span.context, span
        return parent or TraceContext(trace_id, new_id(64), sampled=False), None

    def _samples(self, trace_id: str) -> bool:
        """Decide by the id's low 64 bits, as OpenTelemetry's ratio sampler does, so that all services agree."""
        return int(trace_id[16:], 16) < self._bound

    def _record(self, span: Span, ended_ns: int) -> None:
        if self._processor is None:
            return
        parent = _span_context(span.parent, is_remote=span.remote_parent) if span.parent else None
        links = (Link(parent),) if parent and span.kind is SpanKind.CONSUMER else ()
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=_span_context(span.context, is_remote=False),
                parent=parent,
                resource=self._resource,
                attributes=span.attributes,
                links=links,
                kind=span.kind,
                status=Status(StatusCode.UNSET) if span.error is None else Status(StatusCode.ERROR, span.error),
                start_time=span.started_ns,
                end_time=ended_ns,
                instrumentation_scope=self._scope,
            )
        )


@contextmanager
def open_tracing(service: str, endpoint: str | None, ratio: float) -> Iterator[Tracing]:
    """Open tracing to the OTLP/HTTP receiver at this base URL; with None, no span is ever made.

    Leaving sends what is left, and gives up after a second when nobody takes it.
    """
    resource = Resource.create({SERVICE_NAME: service})
    if endpoint is None:
        yield Tracing(resource=resource, processor=None, ratio=0)
        return
    # A dead receiver would fill the log with one line a batch; AnnouncingExporter says it once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT_SECONDS)
    processor = BatchSpanProcessor(
        AnnouncingExporter(exporter, endpoint), schedule_delay_millis=SCHEDULE_DELAY_MILLISECONDS
    )
    try:
        yield Tracing(resource=resource, processor=processor, ratio=ratio)
    finally:
        # The SDK's own shutdown may wait for half a minute; as a daemon thread it cannot hold the process.
        farewell = threading.Thread(target=processor.shutdown, name="tracing-farewell", daemon=True)
        farewell.start()
        farewell.join(FAREWELL_SECONDS)


class AnnouncingExporter(SpanExporter):
    """Logs once when the receiver stops taking spans, and once when it takes them again."""

    def __init__(self, exporter: SpanExporter, endpoint: str) -> None:
        """Wrap the exporter that does the work."""
        self._exporter = exporter
        self._endpoint = endpoint
        self._works = True
        self._logger = logging.getLogger("kondate.tracing")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send one batch; a batch that fails is lost."""
        result = self._exporter.export(spans)
        works = result is SpanExportResult.SUCCESS
        if works != self._works:
            self._works = works
            self._logger.warning("traces are %s by %s", "taken again" if works else "not taken", self._endpoint)
        return result

    def shutdown(self) -> None:
        """Stop, also in the middle of a retry."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is kept here."""
        return self._exporter.force_flush(timeout_millis)


def _span_context(context: TraceContext, *, is_remote: bool) -> SpanContext:
    return SpanContext(int(context.trace_id, 16), int(context.span_id, 16), is_remote, SAMPLED_FLAGS)
