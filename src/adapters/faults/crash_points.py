"""Named points at which a process ends itself, as `kill -9` would: wrappers around the ports that pass them.

A point is armed from outside by a file of its name, at any time. The process that passes it renames the file to
`<name>.fired`, which only one process can do, and dies: so each arming fires once, and leaves its proof.
"""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import Acceptance, ClaimTerms, JobStore, Standing
from application.ports.outbox import OutboxBatch, OutboxStore
from application.ports.queue import Channel, Delivery, Message, MessageConsumer, MessagePublisher, SendReport
from application.ports.unit_of_work import Transaction, UnitOfWork
from domain.job import Job, Origin, Progress

ACCEPTED = 202
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
"""Any ASGI application."""


@dataclass(frozen=True, slots=True)
class CrashPoints:
    """The points of one process: `<service>.<point>`, such as `worker.claimed`."""

    folder: Path
    service: str

    def is_armed(self, point: str) -> bool:
        """Tell whether this process would end at the point."""
        return (self.folder / f"{self.service}.{point}").exists()

    def reach(self, point: str) -> None:
        """End this process if the point is armed."""
        name = f"{self.service}.{point}"
        try:
            (self.folder / name).rename(self.folder / f"{name}.fired")
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class CrashingUnitOfWork:
    """Points `begun`, `before-commit` (all is written, nothing is kept) and `committed` (nobody was told yet)."""

    inner: UnitOfWork
    points: CrashPoints

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a transaction."""
        async with self.inner.begin(origin) as transaction:
            self.points.reach("begun")
            yield transaction
            self.points.reach("before-commit")
        self.points.reach("committed")


@dataclass(frozen=True, slots=True)
class CrashingJobStore:
    """Points `accepting`, `accepted` (kept, but not yet answered) and `claimed`."""

    inner: JobStore
    points: CrashPoints

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Store a new job."""
        self.points.reach("accepting")
        acceptance = await self.inner.accept(job, key)
        self.points.reach("accepted")
        return acceptance

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt."""
        job = await self.inner.claim(job_id, terms)
        if isinstance(job, Job):
            self.points.reach("claimed")
        return job

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show progress."""
        return await self.inner.watch(running)

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        return await self.inner.get(job_id, owner=owner)


@dataclass(frozen=True, slots=True)
class CrashingOutboxStore:
    """Points `outbox-claimed`, `outbox-marked` (not yet committed) and `outbox-settled`, where there are messages."""

    inner: OutboxStore
    points: CrashPoints

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[OutboxBatch]:
        """Lock unsent messages."""
        async with self.inner.claim(limit) as batch:
            has_messages = any(batch.messages.values())
            if has_messages:
                self.points.reach("outbox-claimed")
            yield batch
            if has_messages:
                self.points.reach("outbox-marked")
        if has_messages:
            self.points.reach("outbox-settled")

    async def wait(self, *, timeout_seconds: float) -> None:
        """Wait for a commit."""
        await self.inner.wait(timeout_seconds=timeout_seconds)

    async def lag_seconds(self) -> float:
        """Return the age of the oldest unsent message."""
        return await self.inner.lag_seconds()

    async def refused(self) -> int:
        """Count refused messages."""
        return await self.inner.refused()


@dataclass(frozen=True, slots=True)
class CrashingPublisher:
    """Points `half-sent` (part of the batch went out) and `sent` (all of it, and nothing is marked)."""

    inner: MessagePublisher
    points: CrashPoints

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        """Send in two halves."""
        middle = (len(messages) + 1) // 2
        first = await self.inner.publish(channel, messages[:middle])
        self.points.reach("half-sent")
        rest = messages[middle:]
        second = await self.inner.publish(channel, rest) if rest else SendReport(sent=frozenset())
        self.points.reach("sent")
        return SendReport(sent=first.sent | second.sent, failed=first.failed | second.failed)


@dataclass(frozen=True, slots=True)
class CrashingConsumer:
    """Points `received` and `deleted`."""

    inner: MessageConsumer
    points: CrashPoints

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Long-poll."""
        deliveries = await self.inner.receive(channel, limit=limit, wait_seconds=wait_seconds)
        if deliveries:
            self.points.reach("received")
        return deliveries

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge."""
        await self.inner.delete(deliveries)
        self.points.reach("deleted")

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        """Make them visible again later."""
        await self.inner.postpone(deliveries, seconds=seconds)

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Copy it to the dead-letter queue, then delete it."""
        await self.inner.reject(delivery, reason=reason)

    async def check(self) -> None:
        """Ask the queue."""
        await self.inner.check()


@dataclass(frozen=True, slots=True)
class CrashingAnswers:
    """Point `half-answered`: an acceptance is kept, and half of its answer is on the wire."""

    inner: Application
    points: CrashPoints

    async def __call__(
        self, scope: dict[str, Any], receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Serve one request."""
        status = 0

        async def half(message: dict[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            body = message.get("body", b"")
            if status == ACCEPTED and len(body) > 1 and self.points.is_armed("half-answered"):
                await send({**message, "body": body[: len(body) // 2], "more_body": True})
                self.points.reach("half-answered")
            await send(message)

        await self.inner(scope, receive, half)


_unit_of_work: type[UnitOfWork] = CrashingUnitOfWork
_job_store: type[JobStore] = CrashingJobStore
_outbox_store: type[OutboxStore] = CrashingOutboxStore
_publisher: type[MessagePublisher] = CrashingPublisher
_consumer: type[MessageConsumer] = CrashingConsumer
