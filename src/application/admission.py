"""Admission: when more waits than can be done in good time, new work is refused before anything is stored."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from application.bus import Bus
from application.ports.clock import Clock
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import Acceptance, Backlog, JobUpkeep
from domain.commands import Command
from domain.job import Origin

FRESH = timedelta(seconds=1)
LONGEST_RETRY_SECONDS = 60
SLOWEST_DRAIN_PER_SECOND = 0.1


class OverloadedError(Exception):
    """Too much waits already; `retry_after_seconds` is when enough of it should be done."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Say when to come again."""
        super().__init__(f"the backlog is full; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


@dataclass(slots=True, kw_only=True)
class Admission:
    """Defers commands while at most `most_queued` jobs wait, none longer than `oldest_seconds`.

    The backlog is looked at once a second at most, so a burst may overshoot by what one second brings.
    """

    bus: Bus
    upkeep: JobUpkeep
    clock: Clock
    most_queued: int
    oldest_seconds: float
    _backlog: Backlog | None = field(default=None, init=False)
    _seen_at: datetime | None = field(default=None, init=False)

    async def defer(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Acceptance:
        """Keep the command as a job, or raise OverloadedError before anything is stored."""
        await self.check()
        return await self.bus.defer(command, origin, key)

    async def check(self) -> None:
        """Raise OverloadedError while nothing more is taken."""
        backlog = await self._current()
        if backlog.queued > self.most_queued or backlog.oldest_seconds > self.oldest_seconds:
            raise OverloadedError(self._retry_after(backlog))

    async def _current(self) -> Backlog:
        now = self.clock.now()
        if self._backlog is None or self._seen_at is None or now - self._seen_at >= FRESH:
            self._seen_at = now  # first, so that a burst asks once
            self._backlog = await self.upkeep.backlog()
        return self._backlog

    def _retry_after(self, backlog: Backlog) -> int:
        """Return when the excess should be drained at the rate of the last minute, from 1 to 60 s.

        Of a backlog whose oldest job waits for too long, the share that is too old is taken for its share of that age.
        """
        too_old = backlog.queued * (1 - self.oldest_seconds / max(backlog.oldest_seconds, self.oldest_seconds))
        excess = max(backlog.queued - self.most_queued, too_old, 1)
        rate = max(backlog.finished_per_second, SLOWEST_DRAIN_PER_SECOND)
        return min(LONGEST_RETRY_SECONDS, math.ceil(excess / rate))
