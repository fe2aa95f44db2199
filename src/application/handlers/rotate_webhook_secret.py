"""RotateWebhookSecret: sign by another secret, and for a while by the old one too."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.ports.webhooks import SecretFactory
from domain.commands import RotateWebhookSecret
from domain.errors import WebhookNotFoundError
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class RotateWebhookSecretHandler:
    """For its owner; to others it does not exist."""

    secrets: SecretFactory
    clock: Clock

    async def handle(self, command: RotateWebhookSecret, context: Context) -> Reference:
        """Return the webhook's reference."""
        webhook = await context.transaction.webhooks.lock(command.webhook_id)
        if webhook is None or webhook.owner != context.origin.principal.subject:
            raise WebhookNotFoundError("There is no such webhook.")
        await context.transaction.webhooks.save(webhook.rotate(self.secrets.new(), self.clock.now()))
        return Reference(resource="webhook", id=webhook.id)
