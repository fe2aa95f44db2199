"""The conversation with the service without its transport: a flow yields what to do and is sent what came of it.

Both clients run the same flows; one blocks where the other awaits.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One HTTP request; the answer may take `timeout_seconds`."""

    method: str
    path: str
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came: whether the request took effect is not known."""

    cause: Exception


T = TypeVar("T")

Step = Ask | Pause
Flow = Generator[Step, Answer | Lost, T]
"""After an Ask a flow is sent an Answer or Lost; what it is sent after a Pause it does not look at."""

RESTED = Answer(status=0, headers={}, body=b"")
"""What a flow is sent after a pause."""
