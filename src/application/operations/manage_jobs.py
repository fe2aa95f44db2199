"""ManageJobs: look at, retry or cancel any job."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.bus import Bus
from application.context import SilentProgress
from application.operations.permission import require_operator
from application.operations.retry_job import RetryJob
from application.ports.audit import AuditAction, AuditEntry
from application.ports.operator import JobFilter, OperatorJobs
from application.ports.unit_of_work import UnitOfWork
from domain.commands import CancelJob
from domain.errors import JobNotFoundError
from domain.job import Job, Origin
from domain.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageJobs:
    """Operators only."""

    jobs: OperatorJobs
    retry_job: RetryJob
    bus: Bus
    unit_of_work: UnitOfWork

    async def list(self, chosen: JobFilter, principal: Principal, *, limit: int) -> Sequence[Job]:
        """Return up to `limit` jobs of any owner, newest first."""
        require_operator(principal)
        return await self.jobs.newest(chosen, limit=limit)

    async def show(self, job_id: UUID, principal: Principal) -> Job:
        """Return a job of any owner; raise JobNotFoundError."""
        require_operator(principal)
        job = await self.jobs.find(job_id)
        if job is None:
            raise JobNotFoundError("There is no such job.")
        return job

    async def retry(self, job_id: UUID, origin: Origin) -> Job:
        """Return the new job that does what a failed or cancelled one did not; its owner stays the owner.

        Raises JobNotFoundError or JobTransitionError. A crash before the audit row leaves the new job alone; trying
        again then finds that job and adds the row.
        """
        require_operator(origin.principal)
        successor = await self.retry_job.retry(job_id)
        async with self.unit_of_work.begin(origin) as transaction:
            detail = {"newJob": str(successor.id)}
            await transaction.audit.record(
                AuditEntry(action=AuditAction.JOB_RETRIED, target=str(job_id), detail=detail)
            )
        return successor

    async def cancel(self, job_id: UUID, origin: Origin) -> None:
        """Stop a job, with its audit row in one transaction; raise JobNotFoundError or JobTransitionError."""
        require_operator(origin.principal)
        async with self.unit_of_work.begin(origin) as transaction:
            await self.bus.run(CancelJob(job_id=job_id), origin, transaction, SilentProgress())
            await transaction.audit.record(AuditEntry(action=AuditAction.JOB_CANCELLED, target=str(job_id)))
