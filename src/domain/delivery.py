"""Deliveries: one fact that one webhook is told of, and what came of each try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.events import JobCancelled, JobFailed, JobSucceeded
from domain.webhook import Webhook, WebhookEvent

JobEnd = JobSucceeded | JobFailed | JobCancelled

OF_ENDS: Mapping[type[JobEnd], WebhookEvent] = {
    JobSucceeded: WebhookEvent.JOB_SUCCEEDED,
    JobFailed: WebhookEvent.JOB_FAILED,
    JobCancelled: WebhookEvent.JOB_CANCELLED,
}


class AttemptOutcome(StrEnum):
    """What came of one try."""

    DELIVERED = "delivered"
    """The target answered 2xx."""
    REFUSED = "refused"
    """It answered anything else; a redirect too, which nobody follows."""
    GONE = "gone"
    """It answered 410: it wants no more."""
    UNREACHABLE = "unreachable"
    """No answer came in time."""
    FORBIDDEN = "forbidden"
    """Its name leads to where no webhook may go; nobody was asked."""


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """One try, the `attempt`-th start of its job; `seconds` is how long the target took."""

    attempt: int
    outcome: AttemptOutcome
    at: datetime
    seconds: float
    status_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is told to one webhook: a job's end. `id` stays the same however often it is tried."""

    id: UUID
    webhook_id: UUID
    event: WebhookEvent
    job_id: UUID
    job_kind: str
    occurred_at: datetime
    created_at: datetime
    code: str | None = None
    """Why the job failed."""

    @classmethod
    def of(cls, event: JobEnd, webhook: Webhook, delivery_id: UUID, at: datetime) -> "Delivery":
        """Tell this webhook of a job's end."""
        return cls(
            id=delivery_id,
            webhook_id=webhook.id,
            event=webhook_event(event),
            job_id=event.job_id,
            job_kind=event.kind,
            occurred_at=event.at,
            created_at=at,
            code=event.code if isinstance(event, JobFailed) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDelivery:
    """A delivery with what came of it so far; it `is_over` when nobody will try again."""

    delivery: Delivery
    attempts: Sequence[DeliveryAttempt]
    is_over: bool

    @property
    def status(self) -> DeliveryStatus:
        """Return where it stands."""
        if any(attempt.outcome is AttemptOutcome.DELIVERED for attempt in self.attempts):
            return DeliveryStatus.DELIVERED
        return DeliveryStatus.FAILED if self.is_over else DeliveryStatus.PENDING


def webhook_event(event: JobEnd) -> WebhookEvent:
    """Return what owners call this fact."""
    return OF_ENDS[type(event)]
