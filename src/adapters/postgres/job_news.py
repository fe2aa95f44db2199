"""News of jobs, from whichever process changes one to all that listen."""

from collections.abc import Callable
from uuid import UUID

from adapters.postgres.database import Database
from domain.job import JobStatus

NOTIFICATION = "kondate_jobs"


def tell_of_job(database: Database, job_id: UUID, status: JobStatus) -> None:
    """Tell of a change that is committed."""
    database.notifications.add(NOTIFICATION, str(job_id), status.value)


def heard(tell: Callable[[UUID, JobStatus], None], tell_unknown: Callable[[], None]) -> Callable[..., None]:
    """Return what a listener calls: it reads each notification, and says so when any may have been missed."""

    def hear(*notification: object) -> None:
        if not notification:
            tell_unknown()
            return
        job_id, _, status = str(notification[-1]).partition(" ")
        tell(UUID(job_id), JobStatus(status))

    return hear
