"""Telemetry as the core and the transports see it: logs, spans and metrics behind three small doors."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

Fields = Mapping[str, str | int | float | bool]
StatementObserver = Callable[[str], AbstractContextManager[None]]
"""Wraps one SQL statement, given its short stable name, in a span."""


class Telemetry(Protocol):
    """Logs, spans and metrics behind one door; never raises, never blocks on a sink."""

    def observe(self, name: str, fields: Fields) -> AbstractContextManager[None]:
        """Time the block, in a span when the request is sampled; log its end with its outcome."""

    def event(self, name: str, fields: Fields) -> None:
        """Log one fact, with the request id and trace id bound to the current work."""

    def error(self, name: str, error: BaseException) -> None:
        """Log a fault of ours with its stack trace."""

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Add to a counter."""

    def traceparent(self) -> str | None:
        """Return the W3C traceparent of the current span, to travel with a message; None outside one."""


class TransportKind(StrEnum):
    """The two ways in which work comes in from outside the process."""

    SERVER = "server"
    CONSUMER = "consumer"


class Scope(Protocol):
    """One piece of incoming work: a request, or a delivery."""

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits, there even when the trace is not sampled."""

    def rename(self, name: str) -> None:
        """Give the span its final name, once the route is known."""

    def set(self, name: str, value: str | float | bool) -> None:  # noqa: FBT001 (an attribute's value, not a switch)
        """Set a span attribute by its name in OpenTelemetry's conventions; nothing when not sampled."""

    def bind(self, fields: Fields) -> None:
        """Put these fields on every later log line of this work."""

    def fail(self, error: BaseException) -> None:
        """Mark the span as failed by an error that does not leave the block."""


class Tracer(Protocol):
    """What the transports tell about the work they carry; never raises, never blocks."""

    def transport(
        self, kind: TransportKind, name: str, *, request_id: str, traceparent: str | None, attributes: Fields
    ) -> AbstractContextManager[Scope]:
        """Make the block one piece of work: its lines carry request id and trace id, its spans one trace.

        An invalid traceparent starts a trace of its own. Whether the trace is sampled is decided
        here, once. An exception that leaves the block marks the span as failed.
        """

    def sending(self, destination: str, traceparents: Iterable[str | None]) -> AbstractContextManager[None]:
        """Time the block as the sending of one batch, told in the trace of each message in it."""

    def statements(self) -> StatementObserver | None:
        """Return the observer of SQL statements; None when the current work is not sampled."""


class Meter(Protocol):
    """Figures beside counters, and all of them as text; a name that nobody declared is a KeyError."""

    def duration(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        """Add one duration to a histogram."""

    def gauge(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Set the latest value of a figure."""

    def watch(self, name: str, read: Callable[[], float], labels: Mapping[str, str]) -> None:
        """Read a figure anew at each exposition; `read` must not block."""

    def exposition(self) -> tuple[bytes, str]:
        """Return all metrics in the Prometheus text format, and its media type."""
