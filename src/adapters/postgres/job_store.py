"""Jobs between their transactions: each call is one statement that commits by itself."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from uuid import UUID

import asyncpg

from adapters.postgres.asked_together import AskedTogether
from adapters.postgres.database import Database
from adapters.postgres.job_news import tell_of_job
from adapters.postgres.job_rows import job_from, values_of
from adapters.postgres.statements import load
from adapters.wire.codec import MessageTypes, decode
from adapters.wire.messages import job_message
from application.ports.idempotency import AnsweredOtherwiseError, IdempotencyKey, Outcome
from application.ports.jobs import Acceptance, ClaimTerms, JobStore, Standing
from application.ports.queue import Channel
from application.ports.unit_of_work import StorageUnavailableError
from domain.errors import IdempotencyMismatchError
from domain.job import MOST_LOST_IN_COMPANY, Job, JobStatus, Progress

ACCEPT = load("accept_job")
OF_KEY = load("get_job_of_key")
CLAIM = load("claim_jobs")
WATCH = load("watch_jobs")
GET = load("get_job")


class PostgresJobStore:
    """Jobs as the API accepts them and the worker claims them."""

    def __init__(self, database: Database, types: MessageTypes) -> None:
        """Take the database, and the commands that rows may hold."""
        self._database = database
        self._types = types
        self._claims: dict[ClaimTerms, AskedTogether[UUID, asyncpg.Record]] = {}

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Store the job, its key and its announcement in one statement."""
        message = job_message(job)
        async with self._database.session() as session:
            row = await session.row(
                ACCEPT,
                *values_of(job),
                Channel.COMMANDS.value,
                message.id,
                message.type,
                message.source,
                message.subject,
                message.data,
                message.group,
                self._database.label(job.origin),
                job.deadline_at,
                *((key.scope, key.key, key.fingerprint, key.kept_for) if key else (None, None, None, None)),
            )
        if row is not None or key is None:
            return Acceptance(job=job)
        return await self._accepted_before(key)

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt, or say why not; those that are claimed at the same time are so in one statement."""
        claims = self._claims.get(terms)
        if claims is None:
            claims = self._claims[terms] = AskedTogether(partial(self._claim, terms))
        with self._database.observed(CLAIM):
            row = await claims.answer(job_id)
        if row is None:
            return Standing.UNKNOWN
        if row["id"] is None:
            return Standing(row["standing"])
        job = job_from(row, self._types)
        tell_of_job(self._database, job.id, job.status)
        return job

    async def _claim(self, terms: ClaimTerms, job_ids: Collection[UUID]) -> Mapping[UUID, asyncpg.Record]:
        async with self._database.session() as session:
            rows = await session.fetch(
                CLAIM, job_ids, terms.lease_seconds, terms.most_of_one_owner, terms.is_alone, MOST_LOST_IN_COMPANY
            )
        return {row["asked"]: row for row in rows}

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show progress outside the jobs' own transactions, and return those wished cancelled."""
        async with self._database.session() as session:
            rows = await session.fetch(
                WATCH,
                [job.id for job, _ in running],
                [job.attempt for job, _ in running],
                [progress.done if progress else None for _, progress in running],
                [progress.total if progress else None for _, progress in running],
            )
        for row in rows:
            if row["is_news"]:
                tell_of_job(self._database, row["id"], JobStatus.RUNNING)
        return {row["id"] for row in rows if row["cancel_requested"]}

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        async with self._database.session() as session:
            row = await session.row(GET, job_id, owner)
        return None if row is None else job_from(row, self._types)

    async def _accepted_before(self, key: IdempotencyKey) -> Acceptance:
        async with self._database.session() as session:
            row = await session.row(OF_KEY, key.scope, key.key)
        if row is not None and row["fingerprint"] != key.fingerprint:
            raise IdempotencyMismatchError("This idempotency key was used for another request.")
        if row is not None and row["outcome"] is not None:
            raise AnsweredOtherwiseError(decode(row["outcome"], Outcome))
        if row is None or row["id"] is None:
            # The record, or its job, expired between the two statements: the caller may try again.
            raise StorageUnavailableError("the idempotency record has gone")
        return Acceptance(job=job_from(row, self._types), is_replay=True)


_: type[JobStore] = PostgresJobStore
