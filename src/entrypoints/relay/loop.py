"""The loop around the relay: woken by each commit, swept by time, patient while a part is away."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from application.ports.outbox import OutboxStore
from application.ports.queue import QueueUnavailableError
from application.ports.telemetry import Meter, Telemetry
from application.ports.unit_of_work import StorageUnavailableError
from application.relay import MOST_MESSAGES, Relay

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
GATHER_SECONDS = 0.02
"""A lone message leaves at once; what is committed right after it gathers, and leaves in one call."""
MEASURE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLoop:
    """Runs until it is cancelled; a cancelled batch was not marked, so it goes out again.

    `sweep_seconds` bounds how long a message waits when its wake-up was lost.
    """

    relay: Relay
    store: OutboxStore
    telemetry: Telemetry
    meter: Meter
    sweep_seconds: float

    async def run(self) -> None:
        """Send whatever is there, then wait for more."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send())
            group.create_task(self._measure())

    async def _measure(self) -> None:
        while True:
            with suppress(StorageUnavailableError):
                self.meter.gauge("outbox_lag", await self.store.lag_seconds(), {})
                self.meter.gauge("outbox_refused", await self.store.refused(), {})
            await asyncio.sleep(MEASURE_SECONDS)

    async def _send(self) -> None:
        self.telemetry.event("relay.ready", {})
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                sent = await self.relay.once()
                if 0 < sent < MOST_MESSAGES:
                    await asyncio.sleep(GATHER_SECONDS)
                if sent < MOST_MESSAGES:
                    await self.store.wait(timeout_seconds=self.sweep_seconds)
                pause = FIRST_PAUSE_SECONDS
            except (StorageUnavailableError, QueueUnavailableError) as error:
                self.telemetry.event("relay.waiting", {"reason": str(error), "pause_seconds": pause})
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
