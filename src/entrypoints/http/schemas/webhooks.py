"""Webhooks as clients write and see them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec

from domain.delivery import AttemptOutcome, DeliveryStatus, LoggedDelivery
from domain.webhook import (
    ALL_EVENTS,
    MOST_JOB_KINDS,
    Webhook,
    WebhookContent,
    WebhookDisabled,
    WebhookEvent,
)
from domain.webhook_target import LONGEST_URL

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_URL, description="Where to: https, a public host.")]
JobKind = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z-]{0,63}$")]
Events = Annotated[
    tuple[WebhookEvent, ...], msgspec.Meta(max_length=len(ALL_EVENTS), description="None given means all.")
]
JobKinds = Annotated[tuple[JobKind, ...], msgspec.Meta(max_length=MOST_JOB_KINDS, description="None given means all.")]


class WebhookStatus(StrEnum):
    """Whether a webhook is told of anything."""

    ACTIVE = "active"
    DISABLED = "disabled"


class WebhookInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Whom to tell of the ends of one's jobs, and of which."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {"url": "https://hooks.example/kondate", "jobKinds": ["generate-report"]}

    url: Url
    events: Events = ()
    job_kinds: JobKinds = ()

    def content(self) -> WebhookContent:
        """Return what the domain makes of it."""
        return WebhookContent(
            url=self.url, events=frozenset(self.events) or ALL_EVENTS, job_kinds=frozenset(self.job_kinds)
        )


class WebhookBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A webhook; `disabledReason` is there once it is told nothing more, and its secret never is."""

    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    job_kinds: tuple[str, ...]
    status: WebhookStatus
    created_at: datetime
    failing_since: datetime | None = None
    disabled_reason: WebhookDisabled | None = None

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookBody":
        """Show a webhook."""
        return cls(**_shown(webhook))


class WebhookWithSecret(WebhookBody, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A webhook whose secret is new: it is shown in this answer, and in no other."""

    secret: str
    old_secret_until: datetime | None = None

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookWithSecret":
        """Show a webhook with its secret."""
        return cls(**_shown(webhook), secret=webhook.secret.text, old_secret_until=webhook.old_secret_until)


class WebhookPage(msgspec.Struct, frozen=True):
    """Webhooks, newest first; `next` is the cursor of the page that follows, where there is one."""

    items: tuple[WebhookBody, ...]
    next: str | None = None


class AttemptBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One try; `statusCode` is there when the target answered."""

    outcome: AttemptOutcome
    at: datetime
    duration_ms: int
    status_code: int | None = None


class DeliveryBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What a webhook is told; `deliveryId` is the `webhook-id` of each try."""

    delivery_id: str
    event: WebhookEvent
    job_id: str
    job_kind: str
    status: DeliveryStatus
    created_at: datetime
    attempts: tuple[AttemptBody, ...]

    @classmethod
    def of(cls, logged: LoggedDelivery) -> "DeliveryBody":
        """Show a delivery with its log."""
        delivery = logged.delivery
        return cls(
            delivery_id=str(delivery.id),
            event=delivery.event,
            job_id=str(delivery.job_id),
            job_kind=delivery.job_kind,
            status=logged.status,
            created_at=delivery.created_at,
            attempts=tuple(
                AttemptBody(
                    outcome=attempt.outcome,
                    at=attempt.at,
                    duration_ms=round(attempt.seconds * 1000),
                    status_code=attempt.status_code,
                )
                for attempt in logged.attempts
            ),
        )


class DeliveryPage(msgspec.Struct, frozen=True):
    """Deliveries, newest first; `next` is the cursor of the page that follows, where there is one."""

    items: tuple[DeliveryBody, ...]
    next: str | None = None


def _shown(webhook: Webhook) -> dict[str, Any]:
    content = webhook.content
    return {
        "id": str(webhook.id),
        "url": content.url,
        "events": tuple(sorted(content.events)),
        "job_kinds": tuple(sorted(content.job_kinds)),
        "status": WebhookStatus.ACTIVE if webhook.disabled is None else WebhookStatus.DISABLED,
        "created_at": webhook.created_at,
        "failing_since": webhook.failing_since,
        "disabled_reason": webhook.disabled,
    }
