"""How long to wait before a child that died is started again."""

from dataclasses import dataclass, field

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 5.0
SETTLED_SECONDS = 30.0


@dataclass(slots=True)
class Backoff:
    """Doubles from a quarter of a second to five seconds, and starts over once a child has lived for thirty."""

    _next_seconds: float = field(default=FIRST_SECONDS, init=False)

    def delay_seconds(self, *, alive_seconds: float) -> float:
        """Return the wait before the next start of a child that lived for `alive_seconds`."""
        if alive_seconds >= SETTLED_SECONDS:
            self._next_seconds = FIRST_SECONDS
        delay = self._next_seconds
        self._next_seconds = min(delay * 2, LONGEST_SECONDS)
        return delay
