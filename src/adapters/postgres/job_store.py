"""Jobs: accepted, claimed, fenced."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from adapters.postgres.database import Database, LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import MessageTypes, decode, encode
from adapters.wire.messages import job_message
from application.ports.jobs import JobStore, Standing
from application.ports.queue import Channel
from application.ports.unit_of_work import JobRepository, LeaseLostError
from domain.job import Failure, Job, JobStatus, Origin, Progress, Reference
from domain.principal import Principal

ACCEPT = load("accept_job")
CLAIM = load("claim_job")
SAVE = load("save_job")
PROGRESS = load("report_progress")
GET = load("get_job")


class PostgresJobRepository:
    """The job's end, in the transaction of its effect."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def save(self, job: Job) -> None:
        """Store what the attempt made of the job; raise LeaseLostError if it is no longer the running one."""
        saved = await self._session.value(
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
        )
        if saved is None:
            raise LeaseLostError(str(job.id))


class PostgresJobStore:
    """Each call is a statement that commits by itself."""

    def __init__(self, database: Database, types: MessageTypes) -> None:
        """Take the database, and the commands that rows may hold."""
        self._database = database
        self._types = types

    async def accept(self, job: Job) -> None:
        """Store the job and its announcement in one statement."""
        message, principal = job_message(job), job.origin.principal
        async with self._database.session() as session:
            await session.value(
                ACCEPT,
                job.id,
                job.kind,
                encode(job.command),
                job.owner,
                sorted(principal.scopes),
                sorted(principal.roles),
                job.origin.request_id,
                job.origin.traceparent,
                job.max_attempts,
                job.created_at,
                Channel.COMMANDS.value,
                message.id,
                message.type,
                message.source,
                message.subject,
                message.data,
                message.group,
                self._database.label(job.origin),
            )

    async def claim(self, job_id: UUID, *, lease_seconds: float) -> Job | Standing:
        """Begin the next attempt, or say why not."""
        async with self._database.session() as session:
            row = await session.row(CLAIM, job_id, lease_seconds)
        if row is None:
            return Standing.UNKNOWN
        if row["id"] is None:
            return Standing.FINISHED if JobStatus(row["standing"]).is_terminal else Standing.HELD
        return self._job(row)

    async def report_progress(self, progress: Sequence[tuple[Job, Progress]]) -> None:
        """Show progress outside the jobs' own transactions."""
        columns = zip(*((job.id, job.attempt, shown.done, shown.total) for job, shown in progress), strict=True)
        async with self._database.session() as session:
            await session.row(PROGRESS, *(list(column) for column in columns))

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job."""
        async with self._database.session() as session:
            row = await session.row(GET, job_id, owner)
        return None if row is None else self._job(row)

    def _job(self, row: asyncpg.Record) -> Job:
        done, total = row["progress_done"], row["progress_total"]
        return Job(
            id=row["id"],
            command=self._types.command(row["kind"], row["command"]),
            kind=row["kind"],
            origin=Origin(
                principal=Principal(
                    subject=row["owner"], scopes=frozenset(row["scopes"]), roles=frozenset(row["roles"])
                ),
                request_id=row["request_id"],
                traceparent=row["traceparent"],
            ),
            max_attempts=row["max_attempts"],
            created_at=row["created_at"],
            status=JobStatus(row["status"]),
            attempt=row["attempt"],
            progress=None if done is None else Progress(done=done, total=total),
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            result=Reference(resource=row["result_resource"], id=row["result_id"]) if row["result_id"] else None,
            failure=decode(row["failure"], Failure) if row["failure"] else None,
        )


_repository: type[JobRepository] = PostgresJobRepository
_store: type[JobStore] = PostgresJobStore
