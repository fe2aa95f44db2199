"""Jobs in memory, with every promise of the real store."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from adapters.memory.tables import KeyRow, OutboxRow, Tables
from adapters.wire.messages import job_message
from application.ports.clock import Clock
from application.ports.idempotency import AnsweredOtherwiseError, IdempotencyKey
from application.ports.jobs import (
    MOST_DOUBLINGS,
    Acceptance,
    Backlog,
    ClaimTerms,
    JobLeases,
    JobStore,
    JobUpkeep,
    Standing,
)
from application.ports.queue import Channel
from domain.errors import IdempotencyMismatchError
from domain.job import Job, JobStatus, Progress


class InMemoryJobStore:
    """Accepts, claims, renews and keeps jobs on shared tables; time is the given clock's."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        """Take the tables and the clock."""
        self._tables = tables
        self._clock = clock

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Store the job, its key and its announcement."""
        if key is not None:
            row = self._tables.keys.get((key.scope, key.key))
            if row is not None and row.fingerprint != key.fingerprint:
                raise IdempotencyMismatchError("This idempotency key was used for another request.")
            if row is not None and row.outcome is not None:
                raise AnsweredOtherwiseError(row.outcome)
            if row is not None and row.job_id is not None:
                return Acceptance(job=self._tables.jobs[row.job_id], is_replay=True)
            expires_at = self._clock.now() + key.kept_for
            self._tables.keys[(key.scope, key.key)] = KeyRow(key.fingerprint, job.id, None, expires_at)
        self._tables.put_job(job)
        self._tables.announced[job.id] = (self._clock.now(), 0)
        self._announce(job)
        return Acceptance(job=job)

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt, or say why not."""
        await self._tables.unlocked(job_id)
        job = self._tables.jobs.get(job_id)
        if job is None:
            return Standing.UNKNOWN
        if job.status.is_terminal:
            return Standing.FAILED if job.status is JobStatus.FAILED else Standing.FINISHED
        if job.status is JobStatus.RUNNING and self._has_lease(job):
            return Standing.HELD
        now = self._clock.now()
        if job.deadline_at is not None and job.deadline_at <= now:
            return Standing.LATE
        started = job.start(now)
        is_suspect = started.runs_alone and not terms.is_alone
        if is_suspect or self._running_beside(job) >= terms.most_of_one_owner:
            return Standing.SUSPECT if is_suspect else Standing.CAPPED
        self._tables.leases[job_id] = now + timedelta(seconds=terms.lease_seconds)
        self._tables.put_job(started)
        return started

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show progress of those that are still the running attempt, and return those wished cancelled."""
        wished = set()
        for job, progress in running:
            if job.id in self._tables.locked_jobs or not self._is_current(job):
                continue
            current = self._tables.jobs[job.id]
            if progress is not None:
                self._tables.put_job(replace(current, progress=progress))
            if current.cancel_requested:
                wished.add(job.id)
        return wished

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        job = self._tables.jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    async def renew(self, running: Sequence[Job], *, lease_seconds: float) -> Collection[UUID]:
        """Prolong the leases and return the jobs whose attempt still holds."""
        kept = set()
        for job in running:
            await self._tables.unlocked(job.id)
            if self._is_current(job):
                self._tables.leases[job.id] = self._clock.now() + timedelta(seconds=lease_seconds)
                kept.add(job.id)
        return kept

    async def announce_again(self, job_id: UUID) -> None:
        """Send a fresh message for an unfinished job."""
        await self._tables.unlocked(job_id)
        job = self._tables.jobs.get(job_id)
        if job is not None and not job.status.is_terminal:
            self._announce(job)

    async def announce_stale(self, *, after_seconds: float, limit: int, are_missing: bool) -> int:
        """Send fresh messages for jobs whose last one seems forgotten."""
        doublings = 0 if are_missing else MOST_DOUBLINGS
        stale = [job for job in self._tables.jobs.values() if self._is_stale(job, after_seconds, doublings)]
        oldest = sorted(stale, key=lambda job: self._tables.announced[job.id])[:limit]
        for job in oldest:
            self._announce(job)
        return len(oldest)

    async def expire(self, *, older_than: timedelta, limit: int) -> int:
        """Delete jobs finished longer ago than this, with the reports that no other job came to."""
        before = self._clock.now() - older_than
        finished = [job for job in self._tables.jobs.values() if job.finished_at and job.finished_at < before][:limit]
        for job in finished:
            del self._tables.jobs[job.id]
            self._tables.drop_delivery(job.id)
            self._tables.expired[job.id] = job.owner
            is_last = all(other.result != job.result for other in self._tables.jobs.values())
            if is_last and job.result is not None and self._drop(job.result.id):
                self._tables.expired[job.result.id] = job.owner
        gone = {job.id for job in finished}
        self._tables.keys = {name: row for name, row in self._tables.keys.items() if row.job_id not in gone}
        return len(finished)

    def _drop(self, result_id: UUID) -> bool:
        """Remove a job's report, import or export; tell whether there was one."""
        self._tables.export_parts.pop(result_id, None)
        kept: tuple[dict[UUID, Any], ...] = (self._tables.reports, self._tables.imports, self._tables.exports)
        return any(table.pop(result_id, None) is not None for table in kept)

    async def expire_keys(self, *, limit: int) -> int:
        """Delete idempotency records that are past their time."""
        now = self._clock.now()
        old = [name for name, row in self._tables.keys.items() if row.expires_at < now][:limit]
        for name in old:
            del self._tables.keys[name]
        return len(old)

    async def backlog(self) -> Backlog:
        """Return what waits now."""
        now = self._clock.now()
        queued = [job for job in self._tables.jobs.values() if job.status is JobStatus.QUEUED]
        due = [job for job in queued if self._tables.announced.get(job.id, (now, 0))[0] <= now]
        ages = [(now - job.created_at).total_seconds() for job in queued if not job.attempt]
        minute = timedelta(seconds=60)
        finished = [job for job in self._tables.jobs.values() if job.finished_at and job.finished_at > now - minute]
        unsent = sum(row.is_first_announcement for row in self._tables.outbox)
        return Backlog(
            queued=len(due),
            unsent=unsent,
            oldest_seconds=max(ages, default=0.0),
            finished_per_second=len(finished) / 60,
        )

    def _announce(self, job: Job) -> None:
        now = self._clock.now()
        _, sent = self._tables.announced[job.id]
        message = job_message(job) if sent == 0 else replace(job_message(job), id=f"{job.id}.{sent + 1}")
        self._tables.announced[job.id] = (now, sent + 1)
        self._tables.outbox.append(OutboxRow(Channel.COMMANDS, message, now))
        self._tables.committed.set()

    def _running_beside(self, job: Job) -> int:
        others = [other for other in self._tables.jobs.values() if other.owner == job.owner and other.id != job.id]
        return sum(other.status is JobStatus.RUNNING and self._has_lease(other) for other in others)

    def _is_current(self, job: Job) -> bool:
        current = self._tables.jobs.get(job.id)
        return current is not None and current.status is JobStatus.RUNNING and current.attempt == job.attempt

    def _has_lease(self, job: Job) -> bool:
        return self._tables.leases[job.id] >= self._clock.now()

    def _is_stale(self, job: Job, after_seconds: float, doublings: int) -> bool:
        if job.status.is_terminal or job.id in self._tables.locked_jobs:
            return False
        if any(row.message.subject == str(job.id) for row in self._tables.outbox):
            return False
        since, sent = self._tables.announced[job.id]
        if job.status is JobStatus.RUNNING:
            since = max(since, self._tables.leases[job.id])
        doubled = 0 if job.attempt else min(sent - 1, doublings)
        return since < self._clock.now() - timedelta(seconds=after_seconds * 2**doubled)


_jobs: type[JobStore] = InMemoryJobStore
_leases: type[JobLeases] = InMemoryJobStore
_upkeep: type[JobUpkeep] = InMemoryJobStore
