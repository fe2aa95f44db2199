"""Which answers are worth asking again for, and when."""

import random
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from random import Random

from kondate_client.exchange import Answer, Lost

PASSING = frozenset({429, 502, 503, 504})
IN_PROGRESS = 409
"""Asked again only when the server says when: the first request with this key is still at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Exponential backoff with full jitter; a server's Retry-After counts for more, up to `longest_seconds`.

    Every unsafe request carries an Idempotency-Key, so asking again cannot do a thing twice.
    """

    attempts: int = 5
    base_seconds: float = 0.25
    longest_seconds: float = 30.0
    chance: Random = field(default_factory=random.SystemRandom)

    def pause(self, attempt: int, answer: Answer | Lost) -> float | None:
        """Return how long to wait after this attempt, counted from 1; None to ask no more."""
        if attempt >= self.attempts:
            return None
        asked = None
        if isinstance(answer, Answer):
            asked = retry_after(answer)
            if answer.status not in PASSING and (answer.status != IN_PROGRESS or asked is None):
                return None
        drawn = self.chance.uniform(0, min(self.longest_seconds, self.base_seconds * 2**attempt))
        if asked is None:
            return drawn
        # Who comes back exactly when told meets all others who were told the same.
        return None if asked > self.longest_seconds else asked + drawn * 0.1


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that Retry-After names, by number or by date; None without one that can be read."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        # Both by the server's clock: ours may be wrong.
        return max(0.0, (at - parsedate_to_datetime(answer.headers["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None
