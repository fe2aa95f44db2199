"""Webhooks: where an owner wants to be told of the ends of their jobs, and the secret that proves who tells."""

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidWebhookError

OLD_SECRET_LIFE = timedelta(hours=24)
"""So long the secret before the last change still signs too: receivers need not change in the same second."""
LONGEST_FAILURE = timedelta(days=5)
"""A target that took nothing for so long is told nothing more."""
MOST_OF_ONE_OWNER = 20
MOST_JOB_KINDS = 50


class WebhookEvent(StrEnum):
    """What an owner can be told of."""

    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"


ALL_EVENTS = frozenset(WebhookEvent)


class WebhookDisabled(StrEnum):
    """Why a webhook is told nothing more."""

    GONE = "gone"
    """The target answered 410."""
    FAILING = "failing"
    """The target took nothing for LONGEST_FAILURE."""


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """The key of the signatures; it is not shown where the value is printed."""

    value: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """Return it as Standard Webhooks writes it."""
        return f"whsec_{base64.b64encode(self.value).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookContent:
    """What the owner decides: where to, of which events, and of which kinds of job; no kind named means all."""

    url: str
    events: frozenset[WebhookEvent] = ALL_EVENTS
    job_kinds: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what would never be told of anything, or of too much."""
        if not self.events:
            raise InvalidWebhookError("At least one event.", pointer="/events")
        if len(self.job_kinds) > MOST_JOB_KINDS:
            raise InvalidWebhookError(f"At most {MOST_JOB_KINDS} kinds of job.", pointer="/jobKinds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The aggregate: a target with its owner, its secret, and how it has been doing."""

    id: UUID
    owner: str
    content: WebhookContent
    secret: WebhookSecret
    created_at: datetime
    old_secret: WebhookSecret | None = None
    old_secret_until: datetime | None = None
    failing_since: datetime | None = None
    """When the first of the failures came that no success followed."""
    disabled: WebhookDisabled | None = None

    def follows(self, event: WebhookEvent, job_kind: str) -> bool:
        """Tell whether the owner wants to hear of this."""
        content = self.content
        return event in content.events and (not content.job_kinds or job_kind in content.job_kinds)

    def secrets(self, at: datetime) -> tuple[WebhookSecret, ...]:
        """Return what signs at this time, the newest secret first."""
        if self.old_secret is None or self.old_secret_until is None or self.old_secret_until <= at:
            return (self.secret,)
        return (self.secret, self.old_secret)

    def rotate(self, secret: WebhookSecret, at: datetime) -> "Webhook":
        """Sign by another secret from now on, and by the one before for a while."""
        return replace(self, secret=secret, old_secret=self.secret, old_secret_until=at + OLD_SECRET_LIFE)

    def took(self) -> "Webhook":
        """Note that the target took a message."""
        return replace(self, failing_since=None)

    def refused(self, at: datetime, *, is_gone: bool) -> "Webhook":
        """Note that it took none; disable it when it is gone, or has been failing for too long."""
        since = self.failing_since or at
        disabled = self.disabled
        if is_gone:
            disabled = WebhookDisabled.GONE
        elif at - since >= LONGEST_FAILURE:
            disabled = WebhookDisabled.FAILING
        return replace(self, failing_since=since, disabled=disabled)
