"""AddWebhook: tell an owner of the ends of their jobs from now on."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.webhooks import SecretFactory
from domain.commands import AddWebhook
from domain.errors import TooManyWebhooksError
from domain.job import Reference
from domain.webhook import MOST_OF_ONE_OWNER, Webhook
from domain.webhook_target import TargetRules


@dataclass(frozen=True, slots=True)
class AddWebhookHandler:
    """For everybody, for their own jobs.

    What the target's name leads to is looked up by the door, before any transaction, and again at each delivery.
    """

    rules: TargetRules
    secrets: SecretFactory
    clock: Clock
    ids: IdFactory

    async def handle(self, command: AddWebhook, context: Context) -> Reference:
        """Return the new webhook's reference."""
        self.rules.target_of(command.content.url)
        webhooks, owner = context.transaction.webhooks, context.origin.principal.subject
        if await webhooks.count(owner) >= MOST_OF_ONE_OWNER:
            raise TooManyWebhooksError(f"One may have {MOST_OF_ONE_OWNER} webhooks; remove one first.")
        webhook = Webhook(
            id=self.ids.new(),
            owner=owner,
            content=command.content,
            secret=self.secrets.new(),
            created_at=self.clock.now(),
        )
        await webhooks.add(webhook)
        return Reference(resource="webhook", id=webhook.id)
