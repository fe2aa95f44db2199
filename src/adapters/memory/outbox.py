"""The outbox in memory, as the relay sees it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from adapters.memory.tables import OutboxRow, Tables
from application.ports.clock import Clock
from application.ports.outbox import OutboxBatch, OutboxStore
from application.ports.queue import Channel, Message
from domain.job import JobStatus

NONE = timedelta()


class InMemoryOutboxBatch:
    """Rows that one relay holds."""

    def __init__(self, rows: Sequence[OutboxRow]) -> None:
        """Hold the rows."""
        self._rows = rows
        self.sent: set[str] = set()
        self.refused: set[str] = set()

    @property
    def messages(self) -> Mapping[Channel, Sequence[Message]]:
        """The messages by channel, oldest first."""
        messages: dict[Channel, list[Message]] = defaultdict(list)
        for row in self._rows:
            messages[row.channel].append(row.message)
        return messages

    async def mark_sent(self, ids: Collection[str]) -> None:
        """Remember what went out."""
        self.sent.update(ids)

    async def step_back(self, ids: Collection[str]) -> None:
        """Remember what was refused."""
        self.refused.update(ids)


class InMemoryOutboxStore:
    """Claims rows of shared tables."""

    def __init__(self, tables: Tables, clock: Clock, most_of_one_caller: int = 1_000_000) -> None:
        """Take the tables, the clock that ages are told by, and how much of one caller may crowd the queue."""
        self._tables = tables
        self._clock = clock
        self._most_of_one_caller = most_of_one_caller

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[OutboxBatch]:
        """Hold up to `limit` unclaimed rows until the block ends."""
        now = self._clock.now()
        due = [row for row in self._tables.outbox if not row.is_claimed and row.available_at <= now]
        rows = [row for row in due if not self._is_held_back(row)][:limit]
        for row in rows:
            row.is_claimed = True
        batch = InMemoryOutboxBatch(rows)
        try:
            yield batch
            for row in rows:
                if row.message.id in batch.refused:
                    row.refusals += 1
                    row.available_at = self._clock.now() + timedelta(seconds=min(600, 2 ** (row.refusals - 1)))
            self._tables.outbox[:] = [
                row for row in self._tables.outbox if not (row in rows and row.message.id in batch.sent)
            ]
        finally:
            for row in rows:
                row.is_claimed = False

    async def wait(self, *, timeout_seconds: float) -> None:
        """Return at the next commit or when the time is over."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._tables.committed.wait()
        except TimeoutError:
            return
        finally:
            self._tables.committed.clear()

    async def lag_seconds(self) -> float:
        """Return the age of the oldest unsent message."""
        now = self._clock.now()
        late = [row for row in self._tables.outbox if not self._is_held_back(row)]
        since = [row.message.time if row.refusals else row.available_at for row in late]
        return max([NONE, *(now - at for at in since)]).total_seconds()

    async def refused(self) -> int:
        """Count unsent messages that were refused."""
        return sum(row.refusals > 0 for row in self._tables.outbox)

    def _is_held_back(self, row: OutboxRow) -> bool:
        return row.is_first_announcement and self._sent_of(row.message.group) >= self._most_of_one_caller

    def _sent_of(self, owner: str) -> int:
        """Count the caller's jobs that wait although their message has left the outbox."""
        now, tables = self._clock.now(), self._tables
        mine = [job for job in tables.jobs.values() if job.owner == owner and job.status is JobStatus.QUEUED]
        unsent = sum(row.channel is Channel.COMMANDS and row.message.group == owner for row in tables.outbox)
        return sum(tables.announced[job.id][0] <= now for job in mine) - unsent


_: type[OutboxStore] = InMemoryOutboxStore
