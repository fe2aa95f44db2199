"""Telemetry as the core sees it: one observation around each piece of work."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

Fields = Mapping[str, str | int | float | bool]


class Telemetry(Protocol):
    """Logs, spans and metrics behind one door; never raises, never blocks on a sink."""

    def observe(self, name: str, fields: Fields) -> AbstractContextManager[None]:
        """Time the block, in a span when the request is sampled; log its end with its outcome."""

    def event(self, name: str, fields: Fields) -> None:
        """Log one fact, with the request id and trace id bound to the current work."""

    def count(self, name: str, amount: int, labels: Mapping[str, str]) -> None:
        """Add to a counter."""

    def traceparent(self) -> str | None:
        """Return the W3C traceparent of the current span, to travel with a message; None outside one."""
