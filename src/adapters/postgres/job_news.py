"""News of jobs, from whichever process changes one to all that listen."""

from collections.abc import Callable
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.listener import Subscription
from domain.job import JobStatus

NOTIFICATION = "kondate_jobs"


def tell_of_job(database: Database, job_id: UUID, status: JobStatus) -> None:
    """Tell of a change that is committed."""
    database.notifications.add(NOTIFICATION, str(job_id), status.value)


def news_of_jobs(tell: Callable[[UUID, JobStatus], None], tell_unknown: Callable[[], None]) -> Subscription:
    """Return what tells of each change, and says so when any may have been missed."""

    def hear(change: str) -> None:
        job_id, _, status = change.partition(" ")
        tell(UUID(job_id), JobStatus(status))

    return Subscription(channel=NOTIFICATION, hear=hear, may_have_missed=tell_unknown)
