"""A command as a job that nobody has begun."""

from datetime import datetime, timedelta
from uuid import UUID

from application.dispatch import USE_CASES, kind_of
from domain.commands import Command
from domain.job import Job, Origin


def new_job(command: Command, origin: Origin, job_id: UUID, at: datetime) -> Job:
    """Return the job, with the attempts and the deadline that the table gives its command."""
    use_case = USE_CASES[type(command)]
    return Job(
        id=job_id,
        command=command,
        kind=kind_of(type(command)),
        origin=origin,
        max_attempts=use_case.max_attempts,
        created_at=at,
        deadline_at=at + timedelta(seconds=use_case.deadline_seconds),
    )
