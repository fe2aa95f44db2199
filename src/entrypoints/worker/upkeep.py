"""What a worker does beside its work: fresh messages for forgotten jobs, and an end for old rows."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta

from application.ports.imports import UploadStore
from application.ports.jobs import JobUpkeep
from application.ports.queue import Channel, QueueGauges, QueueUnavailableError
from application.ports.telemetry import Meter, Telemetry
from application.ports.unit_of_work import StorageUnavailableError

BATCH = 200
FEW = 5
EXPIRE_EVERY = 12
"""Old rows are looked for in one round of so many."""
UPLOAD_SECONDS = 3_600
"""An upload that no job imports is kept for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepLoop:
    """Runs until it is cancelled; any number may run at once, for each row is taken by one."""

    upkeep: JobUpkeep
    uploads: UploadStore
    gauges: QueueGauges
    telemetry: Telemetry
    meter: Meter
    every_seconds: float
    reannounce_seconds: float
    retention: timedelta

    async def run(self) -> None:
        """Do a round now and then."""
        number = 0
        while True:
            await asyncio.sleep(self.every_seconds)
            # Each by itself: a queue that is away must not keep old rows.
            await self._patiently(self.reconcile())
            await self._patiently(self.measure())
            if number % EXPIRE_EVERY == 0:
                await self._patiently(self.expire())
            number += 1

    async def _patiently(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (StorageUnavailableError, QueueUnavailableError) as error:
            self.telemetry.event("upkeep.waiting", {"reason": str(error)})

    async def reconcile(self) -> None:
        """Send fresh messages for jobs whose last one seems forgotten: as many as the queue has too few.

        A job that merely waits in a long queue has its message there, or in the outbox. Which one's is missing nobody
        can tell, so a few are sent in any case, those that were announced longest ago: messages may be there that
        belong to no job. For these the bound doubles each time; where the queue has too few, someone's is missing, and
        whoever lost several must not wait for the longer.
        """
        backlog = await self.upkeep.backlog()
        missing = backlog.queued - backlog.unsent - await self.gauges.backlog(Channel.COMMANDS)
        limit = min(BATCH, max(FEW, missing))
        announced = await self.upkeep.announce_stale(
            after_seconds=self.reannounce_seconds, limit=limit, are_missing=missing > 0
        )
        if announced:
            self.telemetry.event("upkeep.announced_again", {"jobs": announced})

    async def measure(self) -> None:
        """Note how much waits in the queues."""
        for channel in Channel:
            self.meter.gauge("queue_messages", await self.gauges.backlog(channel), {"queue": channel.value})
        self.meter.gauge("queue_messages", await self.gauges.dead_letters(), {"queue": "dead-letters"})

    async def expire(self) -> None:
        """Delete what is past its time, batch by batch."""
        while gone := await self.upkeep.expire(older_than=self.retention, limit=BATCH):
            self.telemetry.event("upkeep.expired", {"jobs": gone})
        while gone := await self.upkeep.expire_keys(limit=BATCH):
            self.telemetry.event("upkeep.expired", {"keys": gone})
        while gone := await self.uploads.expire(older_than_seconds=UPLOAD_SECONDS, limit=FEW):
            self.telemetry.event("upkeep.expired", {"uploads": gone})
