"""Jobs in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from adapters.memory.tables import OutboxRow, Tables
from adapters.wire.messages import job_message
from application.ports.clock import Clock
from application.ports.jobs import JobStore, Standing
from application.ports.queue import Channel
from domain.job import Job, JobStatus, Progress


class InMemoryJobStore:
    """Accepts and claims jobs on shared tables; leases are judged by the given clock."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        """Take the tables and the clock."""
        self._tables = tables
        self._clock = clock

    async def accept(self, job: Job) -> None:
        """Store the job and its announcement."""
        self._tables.jobs[job.id] = job
        self._tables.outbox.append(OutboxRow(Channel.COMMANDS, job_message(job), self._clock.now()))
        self._tables.committed.set()

    async def claim(self, job_id: UUID, *, lease_seconds: float) -> Job | Standing:
        """Begin the next attempt, or say why not."""
        job = self._tables.jobs.get(job_id)
        if job is None:
            return Standing.UNKNOWN
        if job.status.is_terminal:
            return Standing.FINISHED
        now = self._clock.now()
        if job.status is JobStatus.RUNNING and self._tables.leases[job_id] >= now:
            return Standing.HELD
        self._tables.jobs[job_id] = started = job.start(now)
        self._tables.leases[job_id] = now + timedelta(seconds=lease_seconds)
        return started

    async def report_progress(self, progress: Sequence[tuple[Job, Progress]]) -> None:
        """Show progress of those that are still the running attempt."""
        for job, shown in progress:
            current = self._tables.jobs[job.id]
            if current.status is JobStatus.RUNNING and current.attempt == job.attempt:
                self._tables.jobs[job.id] = replace(current, progress=shown)

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        job = self._tables.jobs.get(job_id)
        return job if job is not None and job.owner == owner else None


_: type[JobStore] = InMemoryJobStore
