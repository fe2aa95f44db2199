"""Webhooks: kept with the changes they belong to, shown to their owners, sent to whoever they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.ports.job_reads import Position
from domain.delivery import AttemptOutcome, Delivery, DeliveryAttempt, LoggedDelivery
from domain.webhook import Webhook, WebhookSecret


class WebhookRepository(Protocol):
    """Part of a transaction."""

    async def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""

    async def count(self, owner: str) -> int:
        """Return how many the owner has, disabled ones too; nobody adds one of theirs until the transaction ends."""

    async def lock(self, webhook_id: UUID) -> Webhook | None:
        """Return the webhook, unchanged by anybody else until the transaction ends; None if there is none."""

    async def save(self, webhook: Webhook) -> None:
        """Store the new state of a locked one."""

    async def remove(self, webhook_id: UUID) -> None:
        """Remove a locked one with its deliveries."""

    async def active(self, owner: str) -> Sequence[Webhook]:
        """Return those of the owner's that are not disabled; none of them goes away until the transaction ends."""

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery; False, and nothing is kept, where the webhook was to be told of this job's end before.

        Its job must be added by the same transaction, under the delivery's own id: the delivery lives as long.
        """

    async def note(self, delivery_id: UUID, attempt: DeliveryAttempt) -> None:
        """Add to the delivery's log, if it is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A delivery, and the webhook as it is now."""

    delivery: Delivery
    webhook: Webhook


class WebhookReads(Protocol):
    """Reads only. Raises StorageUnavailableError."""

    async def page(self, *, owner: str, after: Position | None, limit: int) -> Sequence[Webhook]:
        """Return up to `limit` of the owner's webhooks, newest first, from after the position on."""

    async def get(self, webhook_id: UUID, *, owner: str) -> Webhook | None:
        """Return the owner's webhook; None for a foreign one just as for one that does not exist."""

    async def deliveries(self, webhook_id: UUID, *, after: Position | None, limit: int) -> Sequence[LoggedDelivery]:
        """Return up to `limit` deliveries, newest first, from after the position on."""

    async def outgoing(self, delivery_id: UUID) -> Outgoing | None:
        """Return what is to be sent; None once the webhook is gone."""


class SecretFactory(Protocol):
    """Makes the keys of signatures."""

    def new(self) -> WebhookSecret:
        """Return a secret of 32 bytes that nobody can guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of sending; `retry_after_seconds` is what the target asked for, 0 without a wish."""

    outcome: AttemptOutcome
    status_code: int | None = None
    retry_after_seconds: float = 0


class WebhookSender(Protocol):
    """Asks strangers, whose names may lead anywhere: each call looks where to, and goes nowhere else."""

    async def check(self, url: str) -> None:
        """Return when a webhook may go there now; raise InvalidWebhookUrlError, pointing at `/url`."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send the delivery once, signed by Standard Webhooks, and say what came of it within 15 seconds.

        Never raises for what the other side does; no redirect is followed, and nothing of the answer's body is kept.
        """
