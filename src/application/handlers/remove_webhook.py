"""RemoveWebhook: tell nothing more, and forget the target."""

from dataclasses import dataclass

from application.context import Context
from domain.commands import RemoveWebhook
from domain.errors import WebhookNotFoundError


@dataclass(frozen=True, slots=True)
class RemoveWebhookHandler:
    """For its owner; to others it does not exist. What was not delivered yet never will be."""

    async def handle(self, command: RemoveWebhook, context: Context) -> None:
        """Remove it."""
        webhook = await context.transaction.webhooks.lock(command.webhook_id)
        if webhook is None or webhook.owner != context.origin.principal.subject:
            raise WebhookNotFoundError("There is no such webhook.")
        await context.transaction.webhooks.remove(webhook.id)
