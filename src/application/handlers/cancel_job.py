"""CancelJob: stop a job that is not finished."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from domain.commands import CancelJob
from domain.errors import JobNotFoundError
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class CancelJobHandler:
    """Ends a waiting job at once; a running one sees the wish at its next safe point."""

    clock: Clock

    async def handle(self, command: CancelJob, context: Context) -> Reference:
        """Return the job's reference; a foreign job is as unknown as a missing one, but to operators."""
        principal = context.origin.principal
        job = await context.transaction.jobs.lock(command.job_id)
        if job is None or not (principal.is_operator or job.owner == principal.subject):
            raise JobNotFoundError("There is no such job.")
        changed, event = job.cancel(self.clock.now())
        await context.transaction.jobs.change(changed)
        if event is not None:
            await context.transaction.outbox.record(event)
        return Reference(resource="job", id=job.id)
