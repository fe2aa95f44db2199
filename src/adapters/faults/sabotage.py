"""Promises broken on purpose: a fault run that does not notice them proves nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from application.ports.drills import DrillEffects
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import Acceptance, Backlog, ClaimTerms, JobStore, JobUpkeep, Standing
from application.ports.unit_of_work import JobRepository, LeaseLostError, Transaction, UnitOfWork
from application.progress import AttemptBoard
from domain.job import Job, Origin, Progress


class Sabotage(StrEnum):
    """What can be broken."""

    NO_FENCE = "no-fence"
    """A worker that lost its lease is not stopped, and commits all the same."""
    EFFECT_APART = "effect-apart"
    """The effect commits by itself, before the job's end."""
    EARLY_ANSWER = "early-answer"
    """A job is answered for before it is kept."""
    UNSCOPED_KEY = "unscoped-key"
    """An idempotency key is the same for every caller."""
    NO_KEY = "no-key"
    """Idempotency keys are not looked at."""
    NO_RECONCILER = "no-reconciler"
    """Jobs whose message the queue has forgotten wait for ever."""


class _Changed:
    """A transaction of which some parts are replaced."""

    def __init__(self, inner: Transaction, **instead: object) -> None:
        self._inner = inner
        vars(self).update(instead)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any part of a transaction)
        return getattr(self._inner, name)


class _UnfencedJobs(_Changed):
    async def save(self, job: Job, *, retry_after_seconds: float = 0) -> None:
        jobs = cast(JobRepository, self._inner)
        await jobs.lock(job.id)  # so that the refusal comes here, where it can be passed over, not with the commit
        with suppress(LeaseLostError):
            await jobs.save(job, retry_after_seconds=retry_after_seconds)


@dataclass(frozen=True, slots=True)
class UnfencedUnitOfWork:
    """Commits what a stale attempt did."""

    inner: UnitOfWork

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a transaction whose fence does not hold."""
        async with self.inner.begin(origin) as transaction:
            jobs = _UnfencedJobs(cast(Transaction, transaction.jobs))
            yield cast(Transaction, _Changed(transaction, jobs=jobs))


class CarelessBoard(AttemptBoard):
    """Stops no attempt that has lost its lease, which mostly comes before the fence is tried."""

    def lose(self, job: Job) -> None:
        """Let it go on."""


@dataclass(frozen=True, slots=True)
class _DrillsApart:
    unit_of_work: UnitOfWork
    origin: Origin

    async def record(self, drill_id: str, *, attempt: int) -> None:
        async with self.unit_of_work.begin(self.origin) as transaction:
            await transaction.drills.record(drill_id, attempt=attempt)


@dataclass(frozen=True, slots=True)
class TwoStepUnitOfWork:
    """Commits the effect in a transaction of its own."""

    inner: UnitOfWork

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a transaction whose drills leave their mark elsewhere."""
        async with self.inner.begin(origin) as transaction:
            drills: DrillEffects = _DrillsApart(self.inner, origin)
            yield cast(Transaction, _Changed(transaction, drills=drills))


@dataclass(frozen=True, slots=True)
class HastyJobStore:
    """Answers for a job, and keeps it afterwards, if it can."""

    inner: JobStore
    keeping: set[asyncio.Task[Acceptance]] = field(default_factory=set)

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Answer at once."""
        task = asyncio.create_task(self.inner.accept(job, key))
        self.keeping.add(task)
        task.add_done_callback(self._kept)
        return Acceptance(job=job)

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt."""
        return await self.inner.claim(job_id, terms)

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show progress."""
        return await self.inner.watch(running)

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        return await self.inner.get(job_id, owner=owner)

    def _kept(self, task: asyncio.Task[Acceptance]) -> None:
        self.keeping.discard(task)
        if not task.cancelled():
            task.exception()


@dataclass(frozen=True, slots=True)
class MistakenJobStore:
    """Takes a key for another than it is, or for none."""

    inner: JobStore
    mistaken: Callable[[IdempotencyKey | None], IdempotencyKey | None]

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Store a job under the mistaken key."""
        return await self.inner.accept(job, self.mistaken(key))

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt."""
        return await self.inner.claim(job_id, terms)

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show progress."""
        return await self.inner.watch(running)

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        return await self.inner.get(job_id, owner=owner)


@dataclass(frozen=True, slots=True)
class ForgetfulUpkeep:
    """Never looks for forgotten jobs."""

    inner: JobUpkeep

    async def announce_stale(self, *, after_seconds: float, limit: int, are_missing: bool) -> int:
        """Find none."""
        del after_seconds, limit, are_missing
        return 0

    async def expire(self, *, older_than: timedelta, limit: int) -> int:
        """Delete old jobs."""
        return await self.inner.expire(older_than=older_than, limit=limit)

    async def expire_keys(self, *, limit: int) -> int:
        """Delete old keys."""
        return await self.inner.expire_keys(limit=limit)

    async def backlog(self) -> Backlog:
        """Return what waits."""
        return await self.inner.backlog()


def everybodys(key: IdempotencyKey | None) -> IdempotencyKey | None:
    """Take one caller's key for another's."""
    return key and replace(key, scope="everybody")


def nobodys(_key: IdempotencyKey | None) -> None:
    """Take a key for none."""


_jobs: tuple[type[JobStore], ...] = (HastyJobStore, MistakenJobStore)
_units: tuple[type[UnitOfWork], ...] = (UnfencedUnitOfWork, TwoStepUnitOfWork)
_upkeep: type[JobUpkeep] = ForgetfulUpkeep
