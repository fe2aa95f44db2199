"""Dead letters and jobs as operators see them, over HTTP and in scripts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from application.operations.inspect_dead_letters import InspectedLetter
from application.operations.redrive_dead_letters import Redriven
from application.ports.queue import Channel
from domain.job import Failure, Job, JobStatus, Progress
from entrypoints.http.urls import resource_url

LONGEST_RUN_SECONDS = 50
"""A run over HTTP ends before the gateway gives up on it; what is left takes another call."""
TRACEPARENT_PARTS = 4

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=512, description="How the reason begins.")]


class DeadLetterItem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One dead letter without its body; what is unknown is left out."""

    letter_id: str
    origin: Channel
    reason: str
    dead_since: datetime
    type: str | None = None
    source: str | None = None
    message_id: str | None = None
    job_id: str | None = None
    request_id: str | None = None
    trace_id: str | None = None


class DeadLetterBody(DeadLetterItem, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One dead letter; `body` is the message as it came."""

    body: str


class DeadLetterList(msgspec.Struct, frozen=True):
    """Dead letters in no particular order."""

    items: tuple[DeadLetterItem, ...]


class RedriveRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Which letters to redrive, and how fast; a letter must meet every condition given."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {"reason": "timeout", "limit": 20, "perSecond": 5}

    reason: Reason | None = None
    origin: Channel | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    per_second: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10

    @property
    def most(self) -> int:
        """How many letters one run takes on at this rate."""
        return min(self.limit, self.per_second * LONGEST_RUN_SECONDS)


class RedrivenLetter(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A letter that is tried again: by a new job where its own had ended, else as the message it was."""

    letter_id: str
    new_job_id: str | None = None
    status_url: str | None = None

    @classmethod
    def of(cls, redriven: Redriven) -> "RedrivenLetter":
        """Show what became of a letter."""
        if redriven.job_id is None:
            return cls(letter_id=redriven.letter_id)
        url = operator_url(redriven.job_id)
        return cls(letter_id=redriven.letter_id, new_job_id=str(redriven.job_id), status_url=url)


class RedriveReport(msgspec.Struct, frozen=True):
    """What one run did; fewer letters than asked for means that no more were there."""

    items: tuple[RedrivenLetter, ...]


class OperatorJob(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A job of any owner."""

    job_id: str
    kind: str
    status: JobStatus
    owner: str
    attempt: int = msgspec.field(name="attempt")
    max_attempts: int
    request_id: str
    created_at: datetime
    trace_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: Progress | None = None
    cancel_requested: bool = False
    results_url: str | None = None
    failure: Failure | None = None

    @classmethod
    def of(cls, job: Job) -> "OperatorJob":
        """Show a job."""
        return cls(
            job_id=str(job.id),
            kind=job.kind,
            status=job.status,
            owner=job.owner,
            attempt=job.attempt,
            max_attempts=job.max_attempts,
            request_id=job.origin.request_id,
            created_at=job.created_at,
            trace_id=_trace_id(job.origin.traceparent),
            started_at=job.started_at,
            finished_at=job.finished_at,
            progress=job.progress,
            cancel_requested=job.cancel_requested,
            results_url=resource_url(job.result.resource, job.result.id) if job.result else None,
            failure=job.failure,
        )


class OperatorJobList(msgspec.Struct, frozen=True):
    """Jobs, newest first."""

    items: tuple[OperatorJob, ...]


def letter_item(inspected: InspectedLetter) -> DeadLetterItem:
    """Show a letter without its body."""
    return DeadLetterItem(**_letter_fields(inspected))


def letter_body(inspected: InspectedLetter) -> DeadLetterBody:
    """Show a whole letter."""
    return DeadLetterBody(**_letter_fields(inspected), body=inspected.letter.body)


def letter_list(inspected: Sequence[InspectedLetter]) -> DeadLetterList:
    """Show letters."""
    return DeadLetterList(tuple(letter_item(each) for each in inspected))


def job_list(jobs: Sequence[Job]) -> OperatorJobList:
    """Show jobs."""
    return OperatorJobList(tuple(OperatorJob.of(job) for job in jobs))


def operator_url(job_id: UUID) -> str:
    """Return where operators find a job."""
    return f"/operator/jobs/{job_id}"


def _letter_fields(inspected: InspectedLetter) -> dict[str, Any]:
    letter, message = inspected.letter, inspected.letter.message
    fields: dict[str, Any] = {
        "letter_id": letter.id,
        "origin": letter.origin,
        "reason": letter.reason,
        "dead_since": letter.sent_at,
        "job_id": str(inspected.job_id) if inspected.job_id else None,
    }
    if message is not None:
        fields |= {
            "type": message.type,
            "source": message.source,
            "message_id": message.id,
            "request_id": message.request_id,
            "trace_id": _trace_id(message.traceparent),
        }
    return fields


def _trace_id(traceparent: str | None) -> str | None:
    """Return the second of the four parts of a W3C traceparent."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == TRACEPARENT_PARTS else None
