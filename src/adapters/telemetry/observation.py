"""The two kinds of timed block inside a piece of work: a handler, and anything that is only a span."""

import asyncio
import time
from contextvars import Token
from types import TracebackType

from opentelemetry.trace import SpanKind
from structlog.typing import FilteringBoundLogger

from adapters.telemetry.metrics import PrometheusMeter
from adapters.telemetry.scope import CURRENT_SPAN
from adapters.telemetry.spans import Span
from application.ports.telemetry import Fields
from domain.errors import DomainError


class SpanBlock:
    """Makes a span the current one for the block; the child of what was current, and ended with the block."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span) -> None:
        """Take a span that has just begun."""
        self._span = span

    def __enter__(self) -> None:
        self._token: Token[Span | None] = CURRENT_SPAN.set(self._span)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        CURRENT_SPAN.reset(self._token)
        if error is not None:
            self._span.fail(error)
        self._span.end()


class Observation:
    """Times one use-case handler: a line and a histogram always, a span when sampled.

    Outcomes: `done`; `refused`, a rule of the domain, which is no fault; `cancelled`; `failed`, which
    alone carries a stack trace.
    """

    __slots__ = ("_fields", "_logger", "_meter", "_name", "_span", "_started", "_token")

    def __init__(self, name: str, fields: Fields, logger: FilteringBoundLogger, meter: PrometheusMeter) -> None:
        """Take the handler's name and what else its line should tell."""
        self._name = name
        self._fields = fields
        self._logger = logger
        self._meter = meter

    def __enter__(self) -> None:
        parent = CURRENT_SPAN.get()
        self._span = None if parent is None else parent.child(self._name, SpanKind.INTERNAL, self._fields)
        self._token: Token[Span | None] = CURRENT_SPAN.set(self._span)
        self._started = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - self._started
        CURRENT_SPAN.reset(self._token)
        outcome = _outcome(error)
        self._meter.duration("handler", seconds, {"command": self._name, "outcome": outcome})
        if self._span is not None:
            self._end(self._span, outcome, error)
        self._tell(outcome, seconds, error)

    def _end(self, span: Span, outcome: str, error: BaseException | None) -> None:
        span.attributes["kondate.outcome"] = outcome
        if isinstance(error, DomainError):
            span.attributes["kondate.code"] = error.code
        elif error is not None:
            span.fail(error)
        span.end()

    def _tell(self, outcome: str, seconds: float, error: BaseException | None) -> None:
        fields = {**self._fields, "handler": self._name, "outcome": outcome, "duration_ms": round(seconds * 1_000, 3)}
        if isinstance(error, DomainError):
            fields["code"] = error.code
        if outcome == "failed":
            self._logger.error("handled", exc_info=error, **fields)
        else:
            self._logger.info("handled", **fields)


def _outcome(error: BaseException | None) -> str:
    match error:
        case None:
            return "done"
        case DomainError():
            return "refused"
        case asyncio.CancelledError():
            return "cancelled"
        case _:
            return "failed"
