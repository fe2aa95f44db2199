"""The real telemetry on a stream and a span list instead of a process's stdout and an exporter."""

import io
import json
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.telemetry import StructlogTelemetry

SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
RESOURCE = Resource({"service.name": "kondate-test"})


class SpanList(SpanProcessor):
    """Keeps what would be exported."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a test acts on, and where it looks."""

    telemetry: StructlogTelemetry
    meter: PrometheusMeter
    stream: io.BytesIO
    processor: SpanList

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def span(self, name: str) -> ReadableSpan:
        (span,) = (span for span in self.processor.spans if span.name == name)
        return span
