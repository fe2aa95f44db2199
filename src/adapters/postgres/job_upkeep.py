"""What keeps running attempts alive, and the job table honest and small."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.statements import Statement, load
from adapters.wire.messages import JOB_TYPE, SOURCE
from application.ports.jobs import MOST_DOUBLINGS, Backlog, JobLeases, JobUpkeep
from domain.job import Job

RENEW = load("renew_leases")
ANNOUNCE_UNFINISHED = load("announce_unfinished")
ANNOUNCE_STALE = load("announce_stale")
EXPIRE_JOBS = load("expire_jobs")
EXPIRE_KEYS = load("expire_keys")
BACKLOG = load("backlog")


class PostgresJobLeases:
    """Prolongs leases, many in one statement."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def renew(self, running: Sequence[Job], *, lease_seconds: float) -> Collection[UUID]:
        """Prolong the leases and return the jobs whose attempt still holds."""
        ids, attempts = [job.id for job in running], [job.attempt for job in running]
        async with self._database.session() as session:
            rows = await session.fetch(RENEW, ids, attempts, lease_seconds)
        return {row["id"] for row in rows}

    async def announce_again(self, job_id: UUID) -> None:
        """Send a fresh message for an unfinished job."""
        async with self._database.session() as session:
            await session.row(ANNOUNCE_UNFINISHED, job_id, JOB_TYPE, SOURCE)


class PostgresJobUpkeep:
    """The reconciler's and the housekeeper's statements."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def announce_stale(self, *, after_seconds: float, limit: int, are_missing: bool) -> int:
        """Send fresh messages for jobs whose last one seems forgotten."""
        doublings = 0 if are_missing else MOST_DOUBLINGS
        return await self._count(ANNOUNCE_STALE, after_seconds, limit, JOB_TYPE, SOURCE, doublings)

    async def expire(self, *, older_than: timedelta, limit: int) -> int:
        """Delete jobs finished longer ago than this, with the reports that no other job came to."""
        return await self._count(EXPIRE_JOBS, older_than.total_seconds(), limit)

    async def expire_keys(self, *, limit: int) -> int:
        """Delete idempotency records that are past their time."""
        return await self._count(EXPIRE_KEYS, limit)

    async def backlog(self) -> Backlog:
        """Return what waits now."""
        async with self._database.session() as session:
            [row] = await session.fetch(BACKLOG)
        return Backlog(
            queued=row["queued"],
            unsent=row["unsent"],
            oldest_seconds=row["oldest_seconds"],
            finished_per_second=row["finished_per_second"],
        )

    async def _count(self, statement: Statement, *values: object) -> int:
        async with self._database.session() as session:
            return int(await session.value(statement, *values))


_leases: type[JobLeases] = PostgresJobLeases
_upkeep: type[JobUpkeep] = PostgresJobUpkeep
