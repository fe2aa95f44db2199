"""The job: a deferred command and how far it has come. Terminal means terminal."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.commands import Command
from domain.errors import JobTransitionError
from domain.events import JobCancelled, JobFailed, JobSucceeded
from domain.principal import Principal

MOST_LOST_IN_COMPANY = 2
"""A job that lost so many attempts together with their workers goes on alone: it may be what kills them."""


class JobStatus(StrEnum):
    """`queued → running → succeeded | failed | cancelled`; a retry goes back to `queued`."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Tell whether nothing can follow."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked for a command, and under which request and trace; it travels with all that follows."""

    principal: Principal
    request_id: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a command brought about: a `recipe` or `report`, by its id; one that was there before is reused."""

    resource: str
    id: UUID
    is_reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job failed: a stable `code`, a text for humans, and the field to blame if there is one."""

    code: str
    detail: str
    pointer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of the work is done, in units that only the handler knows; `done` never exceeds `total`."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One deferred command; `attempt` counts the starts, whether or not they were survived."""

    id: UUID
    command: Command
    kind: str
    origin: Origin
    max_attempts: int
    created_at: datetime
    deadline_at: datetime | None = None
    """After this no attempt begins any more."""
    status: JobStatus = JobStatus.QUEUED
    attempt: int = 0
    progress: Progress | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Reference | None = None
    failure: Failure | None = None
    cancel_requested: bool = False
    lost_in_company: int = 0
    """How many attempts were lost with a worker that may have run other jobs beside them."""

    def start(self, at: datetime) -> "Job":
        """Begin the next attempt; one that was lost on the way is begun anew.

        An attempt lost in company may have been lost through somebody else's fault, so one more is allowed for it.
        """
        self._must_be(JobStatus.QUEUED, JobStatus.RUNNING)
        lost = int(self.status is JobStatus.RUNNING and not self.runs_alone)
        return replace(
            self,
            status=JobStatus.RUNNING,
            attempt=self.attempt + 1,
            max_attempts=self.max_attempts + lost,
            lost_in_company=self.lost_in_company + lost,
            started_at=self.started_at or at,
            progress=None,
        )

    def succeed(self, result: Reference | None, at: datetime) -> tuple["Job", JobSucceeded]:
        """End well."""
        self._must_be(JobStatus.RUNNING)
        job = replace(self, status=JobStatus.SUCCEEDED, result=result, finished_at=at)
        return job, JobSucceeded(job_id=self.id, kind=self.kind, owner=self.owner, at=at)

    def fail(self, failure: Failure, at: datetime) -> tuple["Job", JobFailed]:
        """End without an effect."""
        self._must_be(JobStatus.QUEUED, JobStatus.RUNNING)
        job = replace(self, status=JobStatus.FAILED, failure=failure, finished_at=at)
        return job, JobFailed(job_id=self.id, kind=self.kind, owner=self.owner, code=failure.code, at=at)

    def cancel(self, at: datetime) -> tuple["Job", JobCancelled | None]:
        """Stop it: at once while it waits, at its next safe point while it runs."""
        self._must_be(JobStatus.QUEUED, JobStatus.RUNNING)
        if self.status is JobStatus.RUNNING:
            return replace(self, cancel_requested=True), None
        return self.cancelled(at)

    def cancelled(self, at: datetime) -> tuple["Job", JobCancelled]:
        """End without an effect, as was wished."""
        self._must_be(JobStatus.QUEUED, JobStatus.RUNNING)
        job = replace(self, status=JobStatus.CANCELLED, finished_at=at)
        return job, JobCancelled(job_id=self.id, kind=self.kind, owner=self.owner, at=at)

    def release(self) -> "Job":
        """Go back to the queue, to be tried again."""
        self._must_be(JobStatus.RUNNING)
        return replace(self, status=JobStatus.QUEUED, progress=None)

    def hand_back(self) -> "Job":
        """Go back to the queue through no fault of its own: the attempt does not count against it.

        `attempt` itself never goes back, for it fences; so one more is allowed.
        """
        return replace(self.release(), max_attempts=self.max_attempts + 1)

    @property
    def runs_alone(self) -> bool:
        """Tell whether an attempt of it runs only where no other job does."""
        return self.lost_in_company >= MOST_LOST_IN_COMPANY

    @property
    def owner(self) -> str:
        """Return the subject who asked for this job."""
        return self.origin.principal.subject

    def _must_be(self, *allowed: JobStatus) -> None:
        if self.status not in allowed:
            raise JobTransitionError(f"The job is {self.status}.")
