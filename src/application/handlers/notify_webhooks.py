"""NotifyWebhooks: make a delivery of a job's end for each webhook that wants to hear of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.context import Context
from application.ports.clock import Clock, IdFactory
from domain.commands import Command, DeliverWebhook
from domain.delivery import Delivery, JobEnd, webhook_event
from domain.job import Job, Origin
from domain.principal import Principal

DELIVERING = "webhook:deliver"
"""The scope that these jobs carry, and nobody else needs."""

MakeJob = Callable[[Command, Origin, UUID, datetime], Job]


@dataclass(frozen=True, slots=True)
class NotifyWebhooks:
    """Follows the end of every job whose owner has a webhook; idempotent, since a job ends once.

    The deliveries belong to a name of their own, which has a space in it and so is no token's: they are not among
    their owner's jobs, take none of their share of the workers, and their ends are told to nobody.
    """

    make_job: MakeJob
    clock: Clock
    ids: IdFactory

    async def handle(self, event: JobEnd, context: Context) -> None:
        """Keep each delivery with the job that will try it."""
        webhooks, origin = context.transaction.webhooks, _delivering(event.owner, context.origin)
        for webhook in await webhooks.active(event.owner):
            if not webhook.follows(webhook_event(event), event.kind):
                continue
            delivery = Delivery.of(event, webhook, self.ids.new(), self.clock.now())
            if await webhooks.add_delivery(delivery):
                job = self.make_job(DeliverWebhook(delivery_id=delivery.id), origin, delivery.id, delivery.created_at)
                await context.transaction.jobs.add(job)


def _delivering(owner: str, origin: Origin) -> Origin:
    principal = Principal(subject=f"webhooks {owner}", scopes=frozenset({DELIVERING}))
    return Origin(principal=principal, request_id=origin.request_id, traceparent=origin.traceparent)
