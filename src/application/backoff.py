"""How the attempts of a job are spaced."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Each ceiling is `factor` times the last one, up to `longest_seconds`; a delay is drawn from below its ceiling.

    `least_share` of the ceiling is waited in any case; the default is full jitter.
    """

    first_seconds: float = 2
    factor: float = 2
    longest_seconds: float = 600
    least_share: float = 0.0

    def delay_seconds(self, attempt: int, chance: float) -> int:
        """Return the whole seconds to wait after this attempt; `chance` is in [0, 1)."""
        grown = self.first_seconds * self.factor ** min(attempt - 1, 64)
        ceiling = min(self.longest_seconds, grown)
        return int(ceiling * (self.least_share + (1 - self.least_share) * chance))


USUAL = Backoff()
