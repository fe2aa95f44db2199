"""Jobs as clients see them."""

from datetime import datetime

import msgspec

from domain.job import Job, JobStatus
from entrypoints.http.problems import Problem, failure_problem
from entrypoints.http.urls import resource_url


class JobAccepted(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a deferred command: the job is kept, and will be carried out."""

    job_id: str
    status: JobStatus
    status_url: str


class ProgressBody(msgspec.Struct, frozen=True):
    """How much of the work is done."""

    done: int
    total: int


class JobBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A job; `resultsUrl` is there once it succeeded, `problem` once it failed.

    `resultsReused` says that the result was there before: nothing that it rests on has changed since.
    """

    job_id: str
    kind: str
    status: JobStatus
    attempt: int = msgspec.field(name="attempt")
    created_at: datetime
    progress: ProgressBody | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    results_url: str | None = None
    results_reused: bool = False
    problem: Problem | None = None

    @classmethod
    def of(cls, job: Job) -> "JobBody":
        """Show a job."""
        url = resource_url("job", job.id)
        return cls(
            job_id=str(job.id),
            kind=job.kind,
            status=job.status,
            attempt=job.attempt,
            created_at=job.created_at,
            progress=ProgressBody(job.progress.done, job.progress.total) if job.progress else None,
            started_at=job.started_at,
            finished_at=job.finished_at,
            results_url=resource_url(job.result.resource, job.result.id) if job.result else None,
            results_reused=job.result is not None and job.result.is_reused,
            problem=failure_problem(job.failure, url, job.origin.request_id) if job.failure else None,
        )


class JobPage(msgspec.Struct, frozen=True):
    """Jobs, newest first; `next` is the cursor of the page that follows, where there is one."""

    items: tuple[JobBody, ...]
    next: str | None = None
