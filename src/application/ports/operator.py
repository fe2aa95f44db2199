"""Jobs as operators see them: everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.job import Job, JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """A job must meet every condition that is given."""

    status: JobStatus | None = None
    kind: str | None = None
    owner: str | None = None


class OperatorJobs(Protocol):
    """Reads only; whoever calls has made sure that an operator asks. Raises StorageUnavailableError."""

    async def newest(self, chosen: JobFilter, *, limit: int) -> Sequence[Job]:
        """Return up to `limit` jobs, those accepted last first."""

    async def find(self, job_id: UUID) -> Job | None:
        """Return the job, whoever owns it."""
