"""Jobs as their owners see them, in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from uuid import UUID

from adapters.memory.tables import Tables
from application.ports.job_reads import JobReads, Position
from domain.job import Job, JobStatus


class InMemoryJobReads:
    """Reads shared tables."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def page(self, *, owner: str, status: JobStatus | None, after: Position | None, limit: int) -> Sequence[Job]:
        """Return the owner's jobs, newest first, from after the position on."""
        mine = [job for job in self._tables.jobs.values() if job.owner == owner and status in (None, job.status)]
        rest = [job for job in mine if after is None or _place(job) < (after.at, after.id)]
        return sorted(rest, key=_place, reverse=True)[:limit]

    async def is_expired(self, resource_id: UUID, *, owner: str) -> bool:
        """Tell whether it was the owner's, and was deleted for its age."""
        return self._tables.expired.get(resource_id) == owner

    async def durations(self) -> Mapping[str, float]:
        """Return the median duration of each kind."""
        taken: dict[str, list[float]] = defaultdict(list)
        for job in self._tables.jobs.values():
            if job.started_at and job.finished_at:
                taken[job.kind].append((job.finished_at - job.started_at).total_seconds())
        return {kind: median(seconds) for kind, seconds in taken.items()}


def _place(job: Job) -> tuple[object, UUID]:
    return job.created_at, job.id


_: type[JobReads] = InMemoryJobReads
