"""Webhooks as their owners see them, and as they are sent."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.statements import load
from adapters.postgres.webhook_rows import logged_delivery_from, outgoing_delivery_from, webhook_from
from application.ports.job_reads import Position
from application.ports.webhooks import Outgoing, WebhookReads
from domain.delivery import LoggedDelivery
from domain.webhook import Webhook

PAGE = load("page_of_webhooks")
GET = load("get_webhook")
DELIVERIES = load("page_of_deliveries")
OUTGOING = load("outgoing_delivery")


class PostgresWebhookReads:
    """One statement a call."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def page(self, *, owner: str, after: Position | None, limit: int) -> Sequence[Webhook]:
        """Return the owner's webhooks, newest first, from after the position on."""
        at, webhook_id = (after.at, after.id) if after else (None, None)
        async with self._database.session() as session:
            rows = await session.fetch(PAGE, owner, at, webhook_id, limit)
        return [webhook_from(row) for row in rows]

    async def get(self, webhook_id: UUID, *, owner: str) -> Webhook | None:
        """Return the owner's webhook."""
        async with self._database.session() as session:
            row = await session.row(GET, webhook_id, owner)
        return None if row is None else webhook_from(row)

    async def deliveries(self, webhook_id: UUID, *, after: Position | None, limit: int) -> Sequence[LoggedDelivery]:
        """Return deliveries, newest first, from after the position on."""
        at, delivery_id = (after.at, after.id) if after else (None, None)
        async with self._database.session() as session:
            rows = await session.fetch(DELIVERIES, webhook_id, at, delivery_id, limit)
        return [logged_delivery_from(row) for row in rows]

    async def outgoing(self, delivery_id: UUID) -> Outgoing | None:
        """Return a delivery and its webhook."""
        async with self._database.session() as session:
            row = await session.row(OUTGOING, delivery_id)
        if row is None:
            return None
        return Outgoing(delivery=outgoing_delivery_from(row), webhook=webhook_from(row))


_: type[WebhookReads] = PostgresWebhookReads
