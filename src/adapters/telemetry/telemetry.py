"""Logs, spans and metrics composed behind the ports."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry.semconv.attributes.db_attributes import DB_QUERY_SUMMARY, DB_SYSTEM_NAME
from opentelemetry.trace import SpanKind
from structlog.typing import FilteringBoundLogger

from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.observation import Observation, SpanBlock
from adapters.telemetry.scope import CURRENT_SCOPE, CURRENT_SPAN, WorkScope
from adapters.telemetry.tracing import Tracing
from application.ports.telemetry import Fields, StatementObserver, Telemetry, Tracer, TransportKind

SPAN_KINDS = {TransportKind.SERVER: SpanKind.SERVER, TransportKind.CONSUMER: SpanKind.CONSUMER}
STATEMENT: Fields = {DB_SYSTEM_NAME: "postgresql"}
# The messaging conventions are not yet in the stable part of OpenTelemetry's package, hence the plain names.
OF_TRANSPORT: Mapping[TransportKind, Fields] = {
    TransportKind.SERVER: {},
    TransportKind.CONSUMER: {
        "messaging.system": "aws_sqs",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
    },
}
SENDING: Fields = {
    "messaging.system": "aws_sqs",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
}


class StructlogTelemetry:
    """What one process tells about its work: lines by structlog, spans by OpenTelemetry, figures by Prometheus."""

    def __init__(self, logger: FilteringBoundLogger, tracing: Tracing, meter: PrometheusMeter) -> None:
        """Take the three, opened."""
        self._logger = logger
        self._tracing = tracing
        self._meter = meter

    def observe(self, name: str, fields: Fields) -> AbstractContextManager[None]:
        """Time a handler."""
        return Observation(name, fields, self._logger, self._meter)

    def event(self, name: str, fields: Fields) -> None:
        """Log one fact."""
        self._logger.info(name, **fields)

    def error(self, name: str, error: BaseException) -> None:
        """Log a fault of ours."""
        self._logger.error(name, exc_info=error)

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Add to a counter; one that nobody declared is told in the log, and counts nothing."""
        try:
            self._meter.count(name, amount, labels)
        except (KeyError, ValueError):
            self._logger.exception("metric.undeclared", metric=name, labels=dict(labels))

    def traceparent(self) -> str | None:
        """Return the current span's context, or what came in where there is no span."""
        span = CURRENT_SPAN.get()
        if span is not None:
            return span.context.header()
        scope = CURRENT_SCOPE.get()
        return None if scope is None else scope.traceparent

    def transport(
        self, kind: TransportKind, name: str, *, request_id: str, traceparent: str | None, attributes: Fields
    ) -> AbstractContextManager[WorkScope]:
        """Begin a request or a delivery; the span of a delivery continues the sender's trace and links to it."""
        context, span = self._tracing.join(traceparent, name, SPAN_KINDS[kind], attributes)
        if span is not None:
            span.attributes.update(OF_TRANSPORT[kind])
        return WorkScope(request_id, context, span)

    @contextmanager
    def sending(self, destination: str, traceparents: Iterable[str | None]) -> Iterator[None]:
        """Record one span a message, for a batch carries messages of many traces."""
        carried = list(traceparents)
        attributes = {
            **SENDING,
            "messaging.destination.name": destination,
            "messaging.batch.message_count": len(carried),
        }
        spans = [
            span
            for header in carried
            if header and (span := self._tracing.join(header, f"send {destination}", SpanKind.PRODUCER, attributes)[1])
        ]
        try:
            yield
        except BaseException as error:
            for span in spans:
                span.fail(error)
            raise
        finally:
            for span in spans:
                span.end()

    def statements(self) -> StatementObserver | None:
        """Return what wraps a statement in a CLIENT span, while there is a span to put it under."""
        return None if CURRENT_SPAN.get() is None else _statement


def _statement(name: str) -> AbstractContextManager[None]:
    parent = CURRENT_SPAN.get()
    if parent is None:
        return nullcontext()
    span = parent.child(name, SpanKind.CLIENT, STATEMENT)
    span.attributes[DB_QUERY_SUMMARY] = name
    return SpanBlock(span)


_telemetry: type[Telemetry] = StructlogTelemetry
_tracer: type[Tracer] = StructlogTelemetry
