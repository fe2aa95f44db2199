"""What every store of webhooks promises."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader
from application.new_job import new_job
from application.ports.job_reads import Position
from application.ports.jobs import ClaimTerms, JobStore, JobUpkeep
from application.ports.outbox import OutboxStore
from application.ports.queue import Channel
from application.ports.unit_of_work import UnitOfWork
from application.ports.webhooks import Outgoing, WebhookReads
from domain.commands import DeliverWebhook
from domain.delivery import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus
from domain.events import Event
from domain.job import Failure, Job
from domain.webhook import Webhook, WebhookContent, WebhookDisabled, WebhookEvent
from tests.support.builders import a_job, an_origin
from tests.support.fakes import FixedClock
from tests.support.webhooks import A_WEBHOOK, AT, NEW_SECRET, a_delivery, a_webhook

CHOSEN = WebhookContent(
    url="https://hooks.kondate.dev:8443/in?a=%20b",
    events=frozenset({WebhookEvent.JOB_FAILED}),
    job_kinds=frozenset({"add-recipe", "generate-report"}),
)
REFUSED = DeliveryAttempt(attempt=1, outcome=AttemptOutcome.REFUSED, status_code=500, at=AT, seconds=0.25)
TAKEN = replace(REFUSED, attempt=2, outcome=AttemptOutcome.DELIVERED, status_code=204, at=AT + timedelta(seconds=9))


def a_delivery_job(delivery: Delivery) -> Job:
    """Return the job that tries a delivery, at whatever time."""
    job = new_job(DeliverWebhook(delivery_id=delivery.id), an_origin("webhooks alice"), delivery.id, AT)
    return replace(job, deadline_at=None)


class WebhookContract:
    """Subclassed once for each adapter; all parts share their data."""

    unit_of_work: UnitOfWork
    webhook_reads: WebhookReads
    outbox: OutboxStore
    jobs: JobStore
    upkeep: JobUpkeep
    clock = FixedClock()

    async def add(self, *webhooks: Webhook) -> None:
        for webhook in webhooks:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.webhooks.add(webhook)

    async def save(self, webhook: Webhook) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.webhooks.lock(webhook.id) is not None
            await transaction.webhooks.save(webhook)

    async def deliver(self, *deliveries: Delivery) -> None:
        for delivery in deliveries:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                if await transaction.webhooks.add_delivery(delivery):
                    await transaction.jobs.add(a_delivery_job(delivery))

    async def note(self, delivery: Delivery, *attempts: DeliveryAttempt) -> None:
        for attempt in attempts:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.webhooks.note(delivery.id, attempt)

    async def end(self, delivery: Delivery) -> None:
        started = await self.jobs.claim(delivery.id, ClaimTerms(lease_seconds=60))
        assert isinstance(started, Job)
        ended, _ = started.succeed(None, self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(ended)

    async def sent(self, channel: Channel) -> Sequence[str]:
        async with self.outbox.claim(100) as batch:
            return [message.subject for message in batch.messages.get(channel, ())]

    async def test_what_was_kept_comes_back_exactly(self) -> None:
        webhook = replace(a_webhook(), content=CHOSEN)
        await self.add(webhook)
        assert await self.webhook_reads.get(webhook.id, owner="alice") == webhook
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.webhooks.lock(webhook.id) == webhook
            assert await transaction.webhooks.lock(UUID(int=0)) is None

    async def test_a_change_of_secret_and_of_state_is_kept(self) -> None:
        webhook = a_webhook()
        await self.add(webhook)
        changed = webhook.rotate(NEW_SECRET, AT).refused(AT, is_gone=True)
        await self.save(changed)
        assert await self.webhook_reads.get(webhook.id, owner="alice") == changed
        assert changed.disabled is WebhookDisabled.GONE

    async def test_what_is_anothers_is_not_shown(self) -> None:
        await self.add(a_webhook())
        assert await self.webhook_reads.get(A_WEBHOOK, owner="bob") is None
        assert list(await self.webhook_reads.page(owner="bob", after=None, limit=9)) == []

    async def test_own_webhooks_come_newest_first_and_page_by_page(self) -> None:
        first, second, third = (
            replace(a_webhook(UUID(int=number)), created_at=AT + timedelta(microseconds=number // 2))
            for number in (1, 2, 3)
        )
        await self.add(first, second, third)
        assert list(await self.webhook_reads.page(owner="alice", after=None, limit=9)) == [third, second, first]
        after = Position(at=third.created_at, id=third.id)
        assert list(await self.webhook_reads.page(owner="alice", after=after, limit=1)) == [second]

    async def test_each_owners_are_counted_and_the_disabled_ones_are_not_active(self) -> None:
        await self.add(a_webhook(UUID(int=1)), a_webhook(UUID(int=2)), a_webhook(UUID(int=3), owner="bob"))
        await self.save(a_webhook(UUID(int=2)).refused(AT, is_gone=True))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.webhooks.count("alice") == 2
            assert [each.id for each in await transaction.webhooks.active("alice")] == [UUID(int=1)]

    async def test_a_delivery_leaves_with_its_job(self) -> None:
        await self.add(a_webhook())
        await self.deliver(a_delivery())
        assert await self.webhook_reads.outgoing(a_delivery().id) == Outgoing(
            delivery=a_delivery(), webhook=a_webhook()
        )
        assert list(await self.sent(Channel.COMMANDS)) == [str(a_delivery().id)]
        job = await self.jobs.get(a_delivery().id, owner="webhooks alice")
        assert job is not None
        assert job == a_delivery_job(a_delivery())

    async def test_a_webhook_is_told_of_a_jobs_end_once(self) -> None:
        other = a_webhook(UUID(int=2))
        await self.add(a_webhook(), other)
        await self.deliver(a_delivery(901), a_delivery(902), a_delivery(903, webhook_id=other.id))
        assert await self.webhook_reads.outgoing(UUID(int=902)) is None
        assert await self.webhook_reads.outgoing(UUID(int=903)) is not None
        assert len(await self.sent(Channel.COMMANDS)) == 2

    async def test_a_delivery_is_logged_with_every_try(self) -> None:
        await self.add(a_webhook())
        await self.deliver(a_delivery())
        await self.note(a_delivery(), REFUSED, TAKEN)
        [logged] = await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)
        assert (logged.delivery, tuple(logged.attempts)) == (a_delivery(), (REFUSED, TAKEN))
        assert logged.status is DeliveryStatus.DELIVERED

    async def test_a_delivery_is_over_with_its_job(self) -> None:
        await self.add(a_webhook())
        await self.deliver(a_delivery())
        [pending] = await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)
        await self.end(a_delivery())
        [over] = await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)
        assert (pending.is_over, over.is_over) == (False, True)

    async def test_deliveries_come_newest_first_and_page_by_page(self) -> None:
        await self.add(a_webhook())
        first, second, third = (a_delivery(number, job_id=number) for number in (1, 2, 3))
        await self.deliver(first, second, third)
        found = await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)
        assert [each.delivery for each in found] == [third, second, first]
        after = Position(at=third.created_at, id=third.id)
        found = await self.webhook_reads.deliveries(A_WEBHOOK, after=after, limit=1)
        assert [each.delivery for each in found] == [second]

    async def test_a_removed_webhook_takes_its_deliveries_along(self) -> None:
        await self.add(a_webhook())
        await self.deliver(a_delivery())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.webhooks.remove(A_WEBHOOK)
        await self.note(a_delivery(), TAKEN)
        assert await self.webhook_reads.get(A_WEBHOOK, owner="alice") is None
        assert await self.webhook_reads.outgoing(a_delivery().id) is None
        assert list(await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)) == []

    async def test_a_delivery_expires_with_its_job(self) -> None:
        await self.add(a_webhook())
        await self.deliver(a_delivery())
        await self.note(a_delivery(), TAKEN)
        await self.end(a_delivery())
        assert await self.upkeep.expire(older_than=timedelta(days=-10_000), limit=10) == 1
        assert list(await self.webhook_reads.deliveries(A_WEBHOOK, after=None, limit=9)) == []

    async def ends(self, job: Job, change: Callable[[Job], tuple[Job, Event]]) -> Event:
        """End a job as the worker does, its event recorded in the same transaction."""
        await self.jobs.accept(job)
        started = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
        assert isinstance(started, Job)
        ended, event = change(started)
        async with self.unit_of_work.begin(job.origin) as transaction:
            await transaction.jobs.save(ended)
            await transaction.outbox.record(event)
        return event

    async def events(self) -> list[object]:
        """Return what the events that wait to be sent say."""
        reader = WireMessageReader(MessageTypes())
        async with self.outbox.claim(100) as batch:
            return [reader.read(message) for message in batch.messages.get(Channel.EVENTS, ())]

    async def test_every_end_of_a_job_travels_where_its_owner_has_a_webhook(self) -> None:
        await self.add(a_webhook())
        ends = [
            await self.ends(a_job(1), lambda job: job.succeed(None, AT)),
            await self.ends(a_job(2), lambda job: job.fail(Failure(code="timeout", detail="It took long."), AT)),
            await self.ends(a_job(3), lambda job: job.cancelled(AT + timedelta(microseconds=7))),
        ]
        assert await self.events() == ends

    async def test_the_end_of_a_job_that_waits_travels_too(self) -> None:
        await self.add(a_webhook())
        await self.jobs.accept(a_job())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            waiting = await transaction.jobs.lock(a_job().id)
            assert waiting is not None
            cancelled, event = waiting.cancelled(AT)
            await transaction.jobs.change(cancelled)
            await transaction.outbox.record(event)
        assert await self.events() == [event]

    async def test_its_event_has_the_request_and_the_trace_of_the_job(self) -> None:
        await self.add(a_webhook())
        origin = replace(a_job().origin, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
        await self.ends(replace(a_job(), origin=origin), lambda job: job.succeed(None, AT))
        async with self.outbox.claim(100) as batch:
            [message] = batch.messages[Channel.EVENTS]
        assert (message.request_id, message.traceparent) == (origin.request_id, origin.traceparent)
        assert (message.subject, message.group, message.time) == (str(a_job().id), "alice", AT)

    async def test_where_its_owner_has_no_active_webhook_it_does_not_travel(self) -> None:
        await self.add(a_webhook(owner="carol"), a_webhook(UUID(int=5), owner="bob"))
        await self.save(a_webhook(UUID(int=5), owner="bob").refused(AT, is_gone=True))
        for number, owner in ((1, "alice"), (2, "bob")):
            await self.ends(a_job(number, owner=owner), lambda job: job.succeed(None, AT))
        assert await self.events() == []

    async def test_an_attempt_that_does_not_end_its_job_tells_nothing(self) -> None:
        await self.add(a_webhook())
        await self.jobs.accept(a_job())
        started = await self.jobs.claim(a_job().id, ClaimTerms(lease_seconds=60))
        assert isinstance(started, Job)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(started.release())
        assert await self.events() == []
