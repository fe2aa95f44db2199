"""DeliverWebhook: try one delivery once."""

from dataclasses import dataclass

from application.context import Context
from application.outside import OutsideError
from application.ports.clock import Clock
from application.ports.webhooks import Outgoing, Sent, WebhookReads, WebhookSender
from application.refusals import Refusals
from domain.commands import DeliverWebhook
from domain.delivery import AttemptOutcome, DeliveryAttempt
from domain.errors import WebhookDisabledError, WebhookNotFoundError
from domain.job import Failure


class WebhookRefusedError(OutsideError):
    """The target did not take the message."""

    def __init__(self, sent: Sent) -> None:
        """Say what came instead."""
        told = f" with status {sent.status_code}" if sent.status_code else ""
        failure = Failure(code="webhook-refused", detail=f"The target did not take it: {sent.outcome}{told}.")
        super().__init__(failure, not_before_seconds=sent.retry_after_seconds)


@dataclass(frozen=True, slots=True)
class DeliverWebhookHandler:
    """For the jobs that NotifyWebhooks makes.

    Nothing of the open transaction is used before the target has answered, so none is held open meanwhile. A worker
    that dies between the answer and the commit leaves nothing behind, and the target is told again under the same id.
    """

    reads: WebhookReads
    sender: WebhookSender
    refusals: Refusals
    clock: Clock

    async def handle(self, command: DeliverWebhook, context: Context) -> None:
        """Send it, and note what came of it."""
        outgoing = await self.reads.outgoing(command.delivery_id)
        if outgoing is None:
            raise WebhookNotFoundError("The webhook is gone.")
        if outgoing.webhook.disabled is not None:
            raise WebhookDisabledError("The webhook is disabled.")
        began = self.clock.now()
        sent = await self.sender.send(outgoing)
        attempt = DeliveryAttempt(
            attempt=context.attempt,
            outcome=sent.outcome,
            status_code=sent.status_code,
            at=began,
            seconds=(self.clock.now() - began).total_seconds(),
        )
        if sent.outcome is not AttemptOutcome.DELIVERED:
            await self.refusals.note(outgoing.delivery, attempt, context.origin)
            if sent.outcome is AttemptOutcome.GONE:
                raise WebhookDisabledError("The target is gone.")
            raise WebhookRefusedError(sent)
        await self._took(outgoing, attempt, context)

    async def _took(self, outgoing: Outgoing, attempt: DeliveryAttempt, context: Context) -> None:
        webhooks = context.transaction.webhooks
        await webhooks.note(outgoing.delivery.id, attempt)
        if outgoing.webhook.failing_since is None:
            return
        webhook = await webhooks.lock(outgoing.webhook.id)
        if webhook is not None:
            await webhooks.save(webhook.took())
