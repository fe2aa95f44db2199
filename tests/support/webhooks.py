"""Webhooks and deliveries, with everything defaulted that a test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from application.ports.webhooks import Outgoing
from domain.delivery import Delivery
from domain.webhook import Webhook, WebhookContent, WebhookEvent, WebhookSecret

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
A_URL = "https://hooks.kondate.dev/in"
OLD_SECRET = WebhookSecret(b"o" * 32)
NEW_SECRET = WebhookSecret(b"n" * 32)
A_WEBHOOK = UUID(int=700)


def a_webhook(webhook_id: UUID = A_WEBHOOK, *, owner: str = "alice", url: str = A_URL) -> Webhook:
    """Return an active webhook that follows everything."""
    return Webhook(id=webhook_id, owner=owner, content=WebhookContent(url=url), secret=OLD_SECRET, created_at=AT)


def a_delivery(delivery_id: int = 900, *, job_id: int = 1, webhook_id: UUID = A_WEBHOOK) -> Delivery:
    """Return the news that a report was made."""
    return Delivery(
        id=UUID(int=delivery_id),
        webhook_id=webhook_id,
        event=WebhookEvent.JOB_SUCCEEDED,
        job_id=UUID(int=job_id),
        job_kind="generate-report",
        occurred_at=AT,
        created_at=AT,
    )


def outgoing_to(url: str, *, webhook: Webhook | None = None) -> Outgoing:
    """Return a delivery to this URL."""
    base = webhook or a_webhook()
    return Outgoing(delivery=a_delivery(), webhook=replace(base, content=replace(base.content, url=url)))
