"""Webhooks and their deliveries inside a transaction."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.postgres.webhook_rows import webhook_from
from application.ports.webhooks import WebhookRepository
from domain.delivery import Delivery, DeliveryAttempt
from domain.webhook import Webhook

ADD = load("add_webhook")
LOCK_OWNER = load("lock_webhooks_of_owner")
COUNT = load("count_webhooks")
LOCK = load("lock_webhook")
SAVE = load("save_webhook")
REMOVE = load("remove_webhook")
ACTIVE = load("active_webhooks")
ADD_DELIVERY = load("add_delivery")
NOTE = load("note_delivery_attempt")


class PostgresWebhookRepository:
    """Webhooks as handlers change them."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""
        content = webhook.content
        await self._session.row(
            ADD,
            webhook.id,
            webhook.owner,
            content.url,
            sorted(content.events),
            sorted(content.job_kinds),
            webhook.secret.value,
            webhook.created_at,
        )

    async def count(self, owner: str) -> int:
        """Return how many the owner has; nobody adds one until the transaction ends."""
        await self._session.row(LOCK_OWNER, owner)
        return int(await self._session.value(COUNT, owner))

    async def lock(self, webhook_id: UUID) -> Webhook | None:
        """Return the webhook, locked until the transaction ends."""
        row = await self._session.row(LOCK, webhook_id)
        return None if row is None else webhook_from(row)

    async def save(self, webhook: Webhook) -> None:
        """Store the new state."""
        old = webhook.old_secret
        await self._session.row(
            SAVE,
            webhook.id,
            webhook.secret.value,
            None if old is None else old.value,
            webhook.old_secret_until,
            webhook.failing_since,
            webhook.disabled,
        )

    async def remove(self, webhook_id: UUID) -> None:
        """Remove it; the database removes its deliveries."""
        await self._session.row(REMOVE, webhook_id)

    async def active(self, owner: str) -> Sequence[Webhook]:
        """Return those of the owner's that are not disabled."""
        return [webhook_from(row) for row in await self._session.fetch(ACTIVE, owner)]

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery, unless the webhook was to be told of this job's end before."""
        kept = await self._session.row(
            ADD_DELIVERY,
            delivery.id,
            delivery.webhook_id,
            delivery.event,
            delivery.job_id,
            delivery.job_kind,
            delivery.code,
            delivery.occurred_at,
            delivery.created_at,
        )
        return kept is not None

    async def note(self, delivery_id: UUID, attempt: DeliveryAttempt) -> None:
        """Add to the delivery's log."""
        await self._session.write(
            NOTE,
            delivery_id,
            attempt.attempt,
            attempt.outcome,
            attempt.status_code,
            attempt.seconds,
            attempt.at,
        )


_: type[WebhookRepository] = PostgresWebhookRepository
