"""Webhooks and their deliveries in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from adapters.memory.tables import Tables
from application.ports.job_reads import Position
from application.ports.webhooks import Outgoing, WebhookReads, WebhookRepository
from domain.delivery import Delivery, DeliveryAttempt, LoggedDelivery
from domain.webhook import Webhook

Placed = TypeVar("Placed", Webhook, Delivery)


@dataclass(frozen=True, slots=True)
class InMemoryWebhooks:
    """Webhooks inside a transaction; nothing here waits, so nothing comes between a look and a change."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""
        await self.save(webhook)

    async def count(self, owner: str) -> int:
        """Return how many the owner has."""
        return sum(webhook.owner == owner for webhook in self.tables.webhooks.values())

    async def lock(self, webhook_id: UUID) -> Webhook | None:
        """Return the webhook."""
        return self.tables.webhooks.get(webhook_id)

    async def save(self, webhook: Webhook) -> None:
        """Store the new state."""
        self.changes.append(lambda: self.tables.webhooks.update({webhook.id: webhook}))

    async def remove(self, webhook_id: UUID) -> None:
        """Remove it with its deliveries."""

        def change() -> None:
            del self.tables.webhooks[webhook_id]
            for delivery in [each for each in self.tables.deliveries.values() if each.webhook_id == webhook_id]:
                self.tables.drop_delivery(delivery.id)

        self.changes.append(change)

    async def active(self, owner: str) -> Sequence[Webhook]:
        """Return those of the owner's that are not disabled."""
        return [each for each in self.tables.webhooks.values() if each.owner == owner and each.disabled is None]

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery, unless the webhook was to be told of this job's end before."""
        known = {(each.webhook_id, each.job_id) for each in self.tables.deliveries.values()}
        if (delivery.webhook_id, delivery.job_id) in known:
            return False
        self.changes.append(lambda: self.tables.deliveries.update({delivery.id: delivery}))
        return True

    async def note(self, delivery_id: UUID, attempt: DeliveryAttempt) -> None:
        """Add to the delivery's log."""

        def change() -> None:
            if delivery_id in self.tables.deliveries:
                self.tables.delivery_attempts.append((delivery_id, attempt))

        self.changes.append(change)


class InMemoryWebhookReads:
    """Webhooks as their owners see them, and as they are sent."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def page(self, *, owner: str, after: Position | None, limit: int) -> Sequence[Webhook]:
        """Return the owner's webhooks, newest first, from after the position on."""
        return _page([each for each in self._tables.webhooks.values() if each.owner == owner], after, limit)

    async def get(self, webhook_id: UUID, *, owner: str) -> Webhook | None:
        """Return the owner's webhook."""
        found = self._tables.webhooks.get(webhook_id)
        return found if found is not None and found.owner == owner else None

    async def deliveries(self, webhook_id: UUID, *, after: Position | None, limit: int) -> Sequence[LoggedDelivery]:
        """Return deliveries, newest first, from after the position on."""
        all_of_it = [each for each in self._tables.deliveries.values() if each.webhook_id == webhook_id]
        return [
            LoggedDelivery(
                delivery=each,
                attempts=tuple(attempt for owner, attempt in self._tables.delivery_attempts if owner == each.id),
                is_over=self._tables.jobs[each.id].status.is_terminal,
            )
            for each in _page(all_of_it, after, limit)
        ]

    async def outgoing(self, delivery_id: UUID) -> Outgoing | None:
        """Return a delivery and its webhook."""
        delivery = self._tables.deliveries.get(delivery_id)
        if delivery is None:
            return None
        return Outgoing(delivery=delivery, webhook=self._tables.webhooks[delivery.webhook_id])


def _page(things: Sequence[Placed], after: Position | None, limit: int) -> Sequence[Placed]:
    rest = [each for each in things if after is None or (each.created_at, each.id) < (after.at, after.id)]
    return sorted(rest, key=lambda each: (each.created_at, each.id), reverse=True)[:limit]


_repository: type[WebhookRepository] = InMemoryWebhooks
_reads: type[WebhookReads] = InMemoryWebhookReads
