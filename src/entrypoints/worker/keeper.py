"""Keeps messages invisible and leases alive, from a thread of its own that busy handlers cannot starve.

Invariants: a message is kept from its receipt to its settlement, while it waits for its turn too; an
attempt whose lease is lost, or could not be prolonged for most of its length, is stopped before
another worker may begin; no message is held past the queue's own limit.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from uuid import UUID

from application.ports.jobs import JobLeases
from application.ports.messages import JobAnnounced, MessageReader, UnreadableMessageError
from application.ports.queue import Delivery, MessageConsumer, QueueUnavailableError
from application.ports.telemetry import Telemetry
from application.ports.unit_of_work import StorageUnavailableError
from application.progress import AttemptBoard
from domain.job import Job
from entrypoints.worker.held import HeldDeliveries

LONGEST_HOLD_SECONDS = 11 * 3600
"""SQS takes a message back 12 hours after its receipt, whatever is renewed."""
SAFE_SHARE = 0.8
"""The share of a lease after which an attempt that could not be prolonged is stopped."""


@dataclass(frozen=True, slots=True)
class KeeperParts:
    """Connections of the keeper's own: those of the worker belong to another event loop."""

    leases: JobLeases
    consumer: MessageConsumer


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Renews three times in each lease and visibility period, all in batches."""

    open_parts: Callable[[], AbstractAsyncContextManager[KeeperParts]]
    board: AttemptBoard
    held: HeldDeliveries
    reader: MessageReader
    telemetry: Telemetry
    lease_seconds: float
    visibility_seconds: int
    monotonic: Callable[[], float] = time.monotonic
    longest_hold_seconds: float = LONGEST_HOLD_SECONDS
    _kept_at: float = field(default=float("-inf"), init=False)
    _renewed_at: dict[tuple[UUID, int], float] = field(default_factory=dict, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def start(self) -> threading.Thread:
        """Start keeping; must be called in the worker's event loop, where attempts are stopped."""
        self._kept_at = self.monotonic()
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=lambda: asyncio.run(self._keep(loop)), name="keeper", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Stop keeping after the current round."""
        self._stopping.set()

    def is_keeping(self) -> bool:
        """Tell whether the queue took the last renewal, before what it prolonged came to its end."""
        return self.monotonic() - self._kept_at < self.visibility_seconds

    async def _keep(self, loop: asyncio.AbstractEventLoop) -> None:
        interval = min(self.lease_seconds, self.visibility_seconds) / 3
        while not self._stopping.is_set():
            try:
                async with self.open_parts() as parts:
                    while not await asyncio.to_thread(self._stopping.wait, interval):
                        await self.round(parts, loop)
            except (StorageUnavailableError, QueueUnavailableError) as error:
                self.telemetry.event("keeper.waiting", {"reason": str(error)})
            except Exception as error:  # noqa: BLE001 (a keeper that died unseen would let every lease lapse)
                self.telemetry.event("keeper.failed", {"error": repr(error)})
            else:
                return
            self._stop_unsafe(loop)
            await asyncio.to_thread(self._stopping.wait, min(interval, 1.0))

    async def round(self, parts: KeeperParts, loop: asyncio.AbstractEventLoop) -> None:
        """Renew everything once."""
        try:
            await self._renew_leases(parts.leases, loop)
        except StorageUnavailableError as error:
            self.telemetry.event("keeper.lease_not_renewed", {"reason": str(error)})
        self._stop_unsafe(loop)
        try:
            asked_at = self.monotonic()
            await parts.consumer.postpone(self.held.all(), seconds=self.visibility_seconds)
            self._kept_at = asked_at
            for delivery in self.held.older_than(self.longest_hold_seconds):
                await self._exchange(delivery, parts)
        except (QueueUnavailableError, StorageUnavailableError) as error:
            self.telemetry.event("keeper.message_not_kept", {"reason": str(error)})

    async def _renew_leases(self, leases: JobLeases, loop: asyncio.AbstractEventLoop) -> None:
        running = self.board.jobs_running()
        if not running:
            return
        asked_at = self.monotonic()
        kept = await leases.renew(running, lease_seconds=self.lease_seconds)
        still_running = self.board.jobs_running()  # one that ended meanwhile has no lease, and lost none
        for job in running:
            if job.id in kept:
                self._renewed_at[_attempt(job)] = asked_at
            elif job in still_running:
                self._lose(job, loop)

    def _stop_unsafe(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop attempts whose lease may lapse before it can be renewed again, and forget those that ended."""
        running = {_attempt(job): job for job in self.board.jobs_running()}
        now = self.monotonic()
        self._renewed_at = {attempt: self._renewed_at.get(attempt, now) for attempt in running}
        for attempt, renewed_at in self._renewed_at.items():
            if now - renewed_at > self.lease_seconds * SAFE_SHARE:
                self._lose(running[attempt], loop)

    def _lose(self, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        self.telemetry.event("keeper.lease_lost", {"job_id": str(job.id), "attempt": job.attempt})
        loop.call_soon_threadsafe(self.board.lose, job)

    async def _exchange(self, delivery: Delivery, parts: KeeperParts) -> None:
        """Send a fresh message for a job that outlives its old one, then delete that; no attempt is spent."""
        try:
            content = self.reader.read(delivery.message) if delivery.message else None
        except UnreadableMessageError:
            return
        if isinstance(content, JobAnnounced):
            await parts.leases.announce_again(content.job_id)
            await parts.consumer.delete([delivery])
            self.held.remove(delivery)
            self.telemetry.event("keeper.message_exchanged", {"job_id": str(content.job_id)})


def _attempt(job: Job) -> tuple[UUID, int]:
    return job.id, job.attempt
