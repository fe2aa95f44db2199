"""Jobs of any owner, in memory."""

from collections.abc import Sequence
from uuid import UUID

from adapters.memory.tables import Tables
from application.ports.operator import JobFilter, OperatorJobs
from domain.job import Job


class InMemoryOperatorJobs:
    """Reads shared tables."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def newest(self, chosen: JobFilter, *, limit: int) -> Sequence[Job]:
        """Return the jobs accepted last."""
        found = [job for job in self._tables.jobs.values() if _is_chosen(job, chosen)]
        return sorted(found, key=lambda job: (job.created_at, job.id), reverse=True)[:limit]

    async def find(self, job_id: UUID) -> Job | None:
        """Return the job."""
        return self._tables.jobs.get(job_id)


def _is_chosen(job: Job, chosen: JobFilter) -> bool:
    return chosen.status in (None, job.status) and chosen.kind in (None, job.kind) and chosen.owner in (None, job.owner)


_: type[OperatorJobs] = InMemoryOperatorJobs
