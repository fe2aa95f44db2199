"""Stand-ins that own what tests need to own: time, ids and chance."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.webhook import WebhookSecret


class FixedClock:
    """Stands still until told to move on."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class CountingIds:
    """Ids in order: 1, 2, 3, …"""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> UUID:
        self._last += 1
        return UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0000 + self._last)


class CountingSecrets:
    """Secrets in order, each of one letter: a, b, c, …"""

    def __init__(self) -> None:
        self._made = 0

    def new(self) -> WebhookSecret:
        self._made += 1
        return WebhookSecret(bytes([96 + self._made]) * 32)


class FixedChance:
    """Always the same draw."""

    def __init__(self, fraction: float = 0.5) -> None:
        self._fraction = fraction

    def fraction(self) -> float:
        return self._fraction


class NotedTrouble:
    """Makes no trouble, and notes what it was asked for."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    def compute(self, seconds: float) -> None:
        self.noted.append(f"compute {seconds:g}")

    def exhaust_memory(self) -> None:
        self.noted.append("exhaust-memory")
        raise MemoryError

    def crash(self) -> None:
        self.noted.append("crash")
