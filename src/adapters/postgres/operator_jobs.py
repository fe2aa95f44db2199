"""Jobs of any owner."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.job_rows import job_from
from adapters.postgres.statements import load
from adapters.wire.codec import MessageTypes
from application.ports.operator import JobFilter, OperatorJobs
from domain.job import Job

NEWEST = load("newest_jobs")
FIND = load("find_job")


class PostgresOperatorJobs:
    """One statement a call."""

    def __init__(self, database: Database, types: MessageTypes) -> None:
        """Take the database, and the commands that rows may hold."""
        self._database = database
        self._types = types

    async def newest(self, chosen: JobFilter, *, limit: int) -> Sequence[Job]:
        """Return the jobs accepted last."""
        async with self._database.session() as session:
            rows = await session.fetch(NEWEST, chosen.status, chosen.kind, chosen.owner, limit)
        return [job_from(row, self._types) for row in rows]

    async def find(self, job_id: UUID) -> Job | None:
        """Return the job."""
        async with self._database.session() as session:
            row = await session.row(FIND, job_id)
        return None if row is None else job_from(row, self._types)


_: type[OperatorJobs] = PostgresOperatorJobs
