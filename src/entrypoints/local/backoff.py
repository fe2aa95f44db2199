"""How long to wait before a child that died is started again."""

from dataclasses import dataclass, field

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 5.0
LONGEST_ONCE_READY_SECONDS = 1.0
"""A child that comes up is worth having, even where one job after another kills it."""
SETTLED_SECONDS = 30.0


@dataclass(slots=True)
class Backoff:
    """Doubles from a quarter of a second, and starts over once a child has lived for thirty."""

    _next_seconds: float = field(default=FIRST_SECONDS, init=False)

    def delay_seconds(self, *, alive_seconds: float, was_ready: bool) -> float:
        """Return the wait before the next start of a child that lived for `alive_seconds`, and was ready or never."""
        if alive_seconds >= SETTLED_SECONDS:
            self._next_seconds = FIRST_SECONDS
        longest = LONGEST_ONCE_READY_SECONDS if was_ready else LONGEST_SECONDS
        delay = min(self._next_seconds, longest)
        self._next_seconds = min(delay * 2, longest)
        return delay
