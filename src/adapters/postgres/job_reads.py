"""Jobs as their owners see them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.job_rows import job_from
from adapters.postgres.statements import load
from adapters.wire.codec import MessageTypes
from application.ports.job_reads import JobReads, Position
from domain.job import Job, JobStatus

PAGE = load("page_of_jobs")
IS_EXPIRED = load("is_expired")
DURATIONS = load("recent_durations")


class PostgresJobReads:
    """One statement a call."""

    def __init__(self, database: Database, types: MessageTypes) -> None:
        """Take the database, and the commands that rows may hold."""
        self._database = database
        self._types = types

    async def page(self, *, owner: str, status: JobStatus | None, after: Position | None, limit: int) -> Sequence[Job]:
        """Return the owner's jobs, newest first, from after the position on."""
        at, job_id = (after.at, after.id) if after else (None, None)
        async with self._database.session() as session:
            rows = await session.fetch(PAGE, owner, status, at, job_id, limit)
        return [job_from(row, self._types) for row in rows]

    async def is_expired(self, resource_id: UUID, *, owner: str) -> bool:
        """Tell whether it was the owner's, and was deleted for its age."""
        async with self._database.session() as session:
            return bool(await session.value(IS_EXPIRED, resource_id, owner))

    async def durations(self) -> Mapping[str, float]:
        """Return the median duration of each kind."""
        async with self._database.session() as session:
            rows = await session.fetch(DURATIONS)
        return {row["kind"]: row["seconds"] for row in rows}


_: type[JobReads] = PostgresJobReads
