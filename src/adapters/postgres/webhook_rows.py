"""Rows of webhooks and deliveries as domain objects."""

import asyncpg
import msgspec

from domain.delivery import Delivery, DeliveryAttempt, LoggedDelivery
from domain.webhook import Webhook, WebhookContent, WebhookDisabled, WebhookEvent, WebhookSecret


def webhook_from(row: asyncpg.Record) -> Webhook:
    """Rebuild a webhook."""
    return Webhook(
        id=row["id"],
        owner=row["owner"],
        content=WebhookContent(
            url=row["url"],
            events=frozenset(WebhookEvent(event) for event in row["events"]),
            job_kinds=frozenset(row["job_kinds"]),
        ),
        secret=WebhookSecret(row["secret"]),
        created_at=row["created_at"],
        old_secret=None if row["old_secret"] is None else WebhookSecret(row["old_secret"]),
        old_secret_until=row["old_secret_until"],
        failing_since=row["failing_since"],
        disabled=None if row["disabled"] is None else WebhookDisabled(row["disabled"]),
    )


def outgoing_delivery_from(row: asyncpg.Record) -> Delivery:
    """Rebuild a delivery from a row that also holds its webhook."""
    return Delivery(
        id=row["delivery_id"],
        webhook_id=row["id"],
        event=WebhookEvent(row["event"]),
        job_id=row["job_id"],
        job_kind=row["job_kind"],
        occurred_at=row["occurred_at"],
        created_at=row["delivery_created_at"],
        code=row["code"],
    )


def logged_delivery_from(row: asyncpg.Record) -> LoggedDelivery:
    """Rebuild a delivery with its log."""
    delivery = Delivery(
        id=row["id"],
        webhook_id=row["webhook_id"],
        event=WebhookEvent(row["event"]),
        job_id=row["job_id"],
        job_kind=row["job_kind"],
        occurred_at=row["occurred_at"],
        created_at=row["created_at"],
        code=row["code"],
    )
    attempts = msgspec.json.decode(row["attempts"], type=tuple[DeliveryAttempt, ...])
    return LoggedDelivery(delivery=delivery, attempts=attempts, is_over=row["is_over"])
