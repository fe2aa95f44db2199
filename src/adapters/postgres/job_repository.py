"""The job inside the transaction of its effect: fenced, or locked."""

from dataclasses import replace
from uuid import UUID

from adapters.postgres.job_rows import job_from, values_of
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.outbox import store_message
from adapters.postgres.statements import load
from adapters.wire.codec import MessageTypes, encode
from adapters.wire.messages import job_message
from application.ports.queue import Channel
from application.ports.unit_of_work import JobRepository
from domain.job import Job, JobStatus

SAVE = load("save_job")
ADD = load("add_job")
LOCK = load("lock_job")
CHANGE = load("change_job")


class PostgresJobRepository:
    """Jobs as a handler or the end of an attempt changes them."""

    def __init__(self, session: LazyTransaction, types: MessageTypes) -> None:
        """Work inside the session's transaction."""
        self._session = session
        self._types = types
        self.changed: dict[UUID, JobStatus] = {}
        """What this transaction has changed, to be told once it is committed."""

    async def save(self, job: Job, *, retry_after_seconds: float = 0) -> None:
        """Store what the attempt made of the job; LeaseLostError, at the latest at the commit, if another runs."""
        await self._session.write(
            SAVE,
            job.id,
            job.attempt,
            job.status.value,
            job.finished_at,
            job.result.resource if job.result else None,
            job.result.id if job.result else None,
            encode(job.failure) if job.failure else None,
            job.max_attempts,
            job.progress.done if job.progress else None,
            job.progress.total if job.progress else None,
            retry_after_seconds,
            job.result.is_reused if job.result else False,
            is_fenced=True,
        )
        self.changed[job.id] = job.status

    async def add(self, job: Job) -> None:
        """Store a new job and its message."""
        await self._session.write(
            ADD,
            *values_of(job),
            job.deadline_at,
        )
        await store_message(self._session, Channel.COMMANDS, job_message(job))

    async def announce(self, job: Job, *, delay_seconds: float) -> None:
        """Add the job's message to the outbox, to be sent after the delay."""
        message = job_message(job)
        again = replace(message, id=f"{message.id}.{job.attempt}")
        await store_message(self._session, Channel.COMMANDS, again, delay_seconds=delay_seconds)

    async def lock(self, job_id: UUID) -> Job | None:
        """Return the job, locked until the transaction ends."""
        row = await self._session.row(LOCK, job_id)
        return None if row is None else job_from(row, self._types)

    async def change(self, job: Job) -> None:
        """Store a locked job's wish to be cancelled, or its end."""
        failure = encode(job.failure) if job.failure else None
        await self._session.row(CHANGE, job.id, job.status.value, job.finished_at, failure, job.cancel_requested)
        self.changed[job.id] = job.status


_: type[JobRepository] = PostgresJobRepository
