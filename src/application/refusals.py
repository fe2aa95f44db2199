"""What a target's refusal changes, kept although the attempt that met it fails."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitOfWork
from domain.delivery import AttemptOutcome, Delivery, DeliveryAttempt
from domain.job import Origin


@dataclass(frozen=True, slots=True)
class Refusals:
    """In a transaction of its own: the attempt's is rolled back, as for any failure."""

    unit_of_work: UnitOfWork

    async def note(self, delivery: Delivery, attempt: DeliveryAttempt, origin: Origin) -> None:
        """Add to the delivery's log, and disable its webhook where that was one refusal too many."""
        async with self.unit_of_work.begin(origin) as transaction:
            webhook = await transaction.webhooks.lock(delivery.webhook_id)
            if webhook is None:
                return
            is_gone = attempt.outcome is AttemptOutcome.GONE
            await transaction.webhooks.save(webhook.refused(attempt.at, is_gone=is_gone))
            await transaction.webhooks.note(delivery.id, attempt)
