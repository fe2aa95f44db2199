"""Spans as light as they can be: one object while the work runs, the SDK's form only when it has ended."""

import random
import time
from collections.abc import Callable

from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import SpanKind

from adapters.telemetry.redaction import redact
from adapters.telemetry.trace_context import TraceContext
from application.ports.telemetry import Fields

MOST_ERROR_CHARACTERS = 500


def new_id(bits: int) -> str:
    """Return a random id that is not zero, in hexadecimal."""
    return f"{random.getrandbits(bits) or 1:0{bits // 4}x}"


class Span:
    """One timed piece of a sampled trace; times are nanoseconds since 1970."""

    __slots__ = (
        "attributes",
        "context",
        "error",
        "kind",
        "linked",
        "name",
        "parent",
        "record",
        "remote_parent",
        "started_ns",
    )

    def __init__(
        self,
        record: Callable[["Span", int], None],
        name: str,
        kind: SpanKind,
        trace_id: str,
        parent: TraceContext | None,
        attributes: Fields,
    ) -> None:
        """Start now; `record` gets the span with its end time when it ends."""
        self.record = record
        self.name = name
        self.kind = kind
        self.context = TraceContext(trace_id, new_id(64), sampled=True)
        self.parent = parent
        self.remote_parent = kind is not SpanKind.INTERNAL and kind is not SpanKind.CLIENT
        self.attributes = dict(attributes)
        self.error: str | None = None
        self.started_ns = time.time_ns()

    def child(self, name: str, kind: SpanKind, attributes: Fields) -> "Span":
        """Start a span below this one."""
        return Span(self.record, name, kind, self.context.trace_id, self.context, attributes)

    def fail(self, error: BaseException) -> None:
        """Mark it as failed, with the error's type and a text without secrets."""
        self.attributes[ERROR_TYPE] = type(error).__qualname__
        self.error = redact(str(error)[:MOST_ERROR_CHARACTERS])

    def end(self) -> None:
        """End now and hand over for export."""
        self.record(self, time.time_ns())
