"""RetryJob: what an ended job asked for is asked for again, by a new job."""

from dataclasses import dataclass
from uuid import UUID

from application.bus import Bus
from application.ports.idempotency import IdempotencyKey
from application.ports.operator import OperatorJobs
from domain.errors import JobNotFoundError, JobTransitionError
from domain.job import Job, JobStatus

SCOPE = "operator-retry"
"""Of the idempotency keys: however often a job is retried, it has one successor (while the key is kept)."""
RETRIABLE = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryJob:
    """Terminal means terminal: the ended job stays as it is, and its successor has the same command and origin."""

    jobs: OperatorJobs
    bus: Bus

    async def retry(self, job_id: UUID) -> Job:
        """Return the successor of a failed or cancelled job; raise JobNotFoundError or JobTransitionError."""
        job = await self.jobs.find(job_id)
        if job is None:
            raise JobNotFoundError("There is no such job.")
        if job.status not in RETRIABLE:
            raise JobTransitionError(f"The job is {job.status}; only a failed or cancelled one can be retried.")
        return await self._successor(job)

    async def successor(self, job_id: UUID) -> Job | None:
        """Return the successor of a job that has failed or was cancelled; None for any other, known or not."""
        job = await self.jobs.find(job_id)
        return None if job is None or job.status not in RETRIABLE else await self._successor(job)

    async def _successor(self, job: Job) -> Job:
        key = IdempotencyKey(scope=SCOPE, key=str(job.id), fingerprint=job.kind)
        acceptance = await self.bus.defer(job.command, job.origin, key)
        return acceptance.job
