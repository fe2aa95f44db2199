"""From the end of a job to its owner's target: told once for sure, under one id, however often it takes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.memory.tables import OutboxRow
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader
from application.dispatch import USE_CASES
from application.handlers.deliver_webhook import DeliverWebhookHandler
from application.ports.queue import Channel
from application.ports.webhooks import Outgoing, Sent
from application.refusals import Refusals
from application.verdict import Done, Retry
from domain.commands import (
    AddWebhook,
    CancelJob,
    DeliverWebhook,
    GenerateReport,
    RemoveWebhook,
    RotateWebhookSecret,
    RunDrill,
)
from domain.delivery import AttemptOutcome, Delivery, DeliveryStatus, LoggedDelivery
from domain.drill import DrillBehaviour
from domain.errors import (
    ForbiddenError,
    InvalidWebhookUrlError,
    TooManyWebhooksError,
    WebhookNotFoundError,
)
from domain.events import Event
from domain.job import JobStatus, Origin
from domain.report import ReportKind
from domain.webhook import (
    LONGEST_FAILURE,
    MOST_OF_ONE_OWNER,
    Webhook,
    WebhookContent,
    WebhookDisabled,
    WebhookEvent,
)
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin
from tests.support.webhooks import A_URL

ALICE = an_origin("alice")
CONTENT = WebhookContent(url=A_URL)
BUSY = Sent(outcome=AttemptOutcome.REFUSED, status_code=503, retry_after_seconds=300)
BROKEN = Sent(outcome=AttemptOutcome.REFUSED, status_code=500)
SILENT = Sent(outcome=AttemptOutcome.UNREACHABLE)
GONE = Sent(outcome=AttemptOutcome.GONE, status_code=410)


@dataclass
class RemovingSender:
    """A sender whose target is removed by its owner before it answers."""

    app: InMemoryApplication
    answer: Sent

    async def check(self, _url: str) -> None:
        raise NotImplementedError

    async def send(self, outgoing: Outgoing) -> Sent:
        await self.app.bus.execute(RemoveWebhook(webhook_id=outgoing.webhook.id), ALICE)
        return self.answer


@pytest.fixture
def app() -> InMemoryApplication:
    return InMemoryApplication()


async def registered(app: InMemoryApplication, content: WebhookContent = CONTENT, origin: Origin = ALICE) -> UUID:
    execution = await app.bus.execute(AddWebhook(content=content), origin)
    assert execution.reference is not None
    return execution.reference.id


def webhook_of(app: InMemoryApplication, webhook_id: UUID) -> Webhook:
    return app.tables.webhooks[webhook_id]


async def ended(app: InMemoryApplication, behaviour: DrillBehaviour = DrillBehaviour.SUCCEED) -> UUID:
    """Run one of alice's jobs to its end."""
    job = (await app.bus.defer(RunDrill(drill_id="one", behaviour=behaviour), ALICE)).job
    while not app.tables.jobs[job.id].status.is_terminal:
        await app.run_job.run(job.id)
    return job.id


def events_of(app: InMemoryApplication) -> list[tuple[OutboxRow, Event]]:
    reader = WireMessageReader(MessageTypes())
    found = [(row, reader.read(row.message)) for row in app.tables.outbox if row.channel is Channel.EVENTS]
    return [(row, event) for row, event in found if isinstance(event, Event)]


async def told(app: InMemoryApplication) -> list[Delivery]:
    """Give every event to its handlers, and return the deliveries that are there then."""
    for _row, event in events_of(app):
        await app.bus.tell(event, ALICE)
    return list(app.tables.deliveries.values())


async def logged(app: InMemoryApplication, webhook_id: UUID) -> list[LoggedDelivery]:
    return list(await app.webhook_reads.deliveries(webhook_id, after=None, limit=10))


async def one_pending(app: InMemoryApplication) -> Delivery:
    await registered(app)
    await ended(app)
    [delivery] = await told(app)
    return delivery


async def test_the_end_of_a_job_reaches_its_owners_target(app: InMemoryApplication) -> None:
    webhook_id, job_id = await registered(app), await ended(app)
    [delivery] = await told(app)
    assert await app.run_job.run(delivery.id) == Done()
    [(url, request)] = app.webhook_sender.sent
    assert url == A_URL
    assert request.headers["webhook-id"] == str(delivery.id)
    assert str(job_id).encode() in request.body
    [entry] = await logged(app, webhook_id)
    assert (entry.status, [attempt.status_code for attempt in entry.attempts]) == (DeliveryStatus.DELIVERED, [204])


@pytest.mark.parametrize("origin", [an_origin("bob"), None], ids=["another's webhook", "no webhook"])
async def test_where_the_owner_has_no_webhook_no_event_travels(app: InMemoryApplication, origin: Origin | None) -> None:
    if origin is not None:
        await registered(app, origin=origin)
    await ended(app)
    assert not events_of(app)


async def test_the_end_of_a_delivery_is_told_to_nobody(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    before = len(events_of(app))
    await app.run_job.run(delivery.id)
    assert len(events_of(app)) == before


async def test_an_event_that_comes_twice_is_delivered_once(app: InMemoryApplication) -> None:
    await registered(app)
    await ended(app)
    assert len(await told(app)) == 1
    assert len(await told(app)) == 1


async def test_each_webhook_hears_what_it_follows(app: InMemoryApplication) -> None:
    failures = WebhookContent(url=A_URL, events=frozenset({WebhookEvent.JOB_FAILED}))
    everything, failing = await registered(app), await registered(app, failures)
    await ended(app)
    await ended(app, DrillBehaviour.FAIL)
    deliveries = await told(app)
    assert [each.event for each in deliveries if each.webhook_id == failing] == ["job.failed"]
    assert {each.event for each in deliveries if each.webhook_id == everything} == {"job.succeeded", "job.failed"}
    assert {each.code for each in deliveries if each.event == "job.failed"} == {"internal-error"}


async def test_a_cancelled_job_is_told_of_too(app: InMemoryApplication) -> None:
    await registered(app)
    job = (await app.bus.defer(GenerateReport(kind=ReportKind.NUTRITION_SUMMARY), ALICE)).job
    await app.bus.execute(CancelJob(job_id=job.id), ALICE)
    assert [delivery.event for delivery in await told(app)] == ["job.cancelled"]


async def test_deliveries_are_not_among_the_owners_jobs(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    mine = await app.job_reads.page(owner="alice", status=None, after=None, limit=10)
    assert delivery.id not in {job.id for job in mine}
    assert await app.jobs.get(delivery.id, owner="alice") is None


async def test_a_refused_delivery_is_tried_again_under_the_same_id(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.answers[A_URL] = [BROKEN]
    assert isinstance(await app.run_job.run(delivery.id), Retry)
    assert await app.run_job.run(delivery.id) == Done()
    ids = {request.headers["webhook-id"] for _, request in app.webhook_sender.sent}
    assert (len(app.webhook_sender.sent), ids) == (2, {str(delivery.id)})
    [entry] = await logged(app, delivery.webhook_id)
    assert [(each.attempt, each.status_code) for each in entry.attempts] == [(1, 500), (2, 204)]
    assert entry.status is DeliveryStatus.DELIVERED
    assert webhook_of(app, delivery.webhook_id).failing_since is None


async def test_what_the_target_asks_for_is_waited(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.answers[A_URL] = [BUSY]
    assert await app.run_job.run(delivery.id) == Retry(delay_seconds=300)


async def test_a_delivery_is_tried_over_hours_and_then_given_up_without_a_dead_letter(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.answers[A_URL] = [SILENT] * 20
    waited = timedelta()
    while not app.tables.jobs[delivery.id].status.is_terminal:
        verdict = await app.run_job.run(delivery.id)
        due, _ = app.tables.announced[delivery.id]
        waited += due - app.clock.now()
        assert isinstance(verdict, Done | Retry)
    [entry] = await logged(app, delivery.webhook_id)
    assert (entry.status, len(entry.attempts)) == (DeliveryStatus.FAILED, USE_CASES[DeliverWebhook].max_attempts)
    assert timedelta(hours=6) < waited < timedelta(hours=24)
    failure = app.tables.jobs[delivery.id].failure
    assert failure is not None
    assert failure.code == "webhook-refused"


async def test_a_wait_of_hours_is_no_backlog(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.answers[A_URL] = [replace(BUSY, retry_after_seconds=7_200)]
    await app.run_job.run(delivery.id)
    app.clock.advance(3_600)
    backlog = await app.jobs.backlog()
    assert (backlog.queued, backlog.oldest_seconds) == (0, 0)


async def test_a_target_that_is_gone_is_told_nothing_more(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.answers[A_URL] = [GONE]
    assert await app.run_job.run(delivery.id) == Done()
    assert webhook_of(app, delivery.webhook_id).disabled is WebhookDisabled.GONE
    [entry] = await logged(app, delivery.webhook_id)
    assert entry.status is DeliveryStatus.FAILED
    before = len(events_of(app))
    await ended(app)
    assert len(events_of(app)) == before


async def test_what_waits_for_a_disabled_webhook_is_not_sent(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    webhook = webhook_of(app, delivery.webhook_id)
    app.tables.webhooks[webhook.id] = replace(webhook, disabled=WebhookDisabled.FAILING)
    assert await app.run_job.run(delivery.id) == Done()
    assert not app.webhook_sender.sent
    assert app.tables.jobs[delivery.id].status is JobStatus.FAILED


async def test_a_target_that_fails_for_days_is_disabled(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    since = app.clock.now() - LONGEST_FAILURE
    webhook = webhook_of(app, delivery.webhook_id)
    app.tables.webhooks[webhook.id] = replace(webhook, failing_since=since)
    app.webhook_sender.answers[A_URL] = [BROKEN]
    await app.run_job.run(delivery.id)
    assert webhook_of(app, webhook.id).disabled is WebhookDisabled.FAILING


async def test_a_target_that_takes_again_is_no_longer_failing(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    webhook = webhook_of(app, delivery.webhook_id)
    app.tables.webhooks[webhook.id] = replace(webhook, failing_since=app.clock.now())
    await app.run_job.run(delivery.id)
    assert webhook_of(app, webhook.id).failing_since is None


async def test_a_name_that_leads_inside_by_now_is_not_followed(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    app.webhook_sender.names["hooks.kondate.dev"] = ["93.184.215.14", "127.0.0.1"]
    assert isinstance(await app.run_job.run(delivery.id), Retry)
    assert not app.webhook_sender.sent
    [entry] = await logged(app, delivery.webhook_id)
    assert [attempt.outcome for attempt in entry.attempts] == [AttemptOutcome.FORBIDDEN]


async def test_a_removed_webhook_takes_its_deliveries_along(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    await app.bus.execute(RemoveWebhook(webhook_id=delivery.webhook_id), ALICE)
    assert await app.run_job.run(delivery.id) == Done()
    assert not app.webhook_sender.sent
    assert not app.tables.deliveries


@pytest.mark.parametrize("answer", [BROKEN, Sent(outcome=AttemptOutcome.DELIVERED, status_code=200)])
async def test_a_webhook_that_is_removed_while_its_target_answers_changes_nothing(
    app: InMemoryApplication, answer: Sent
) -> None:
    delivery = await one_pending(app)
    webhook = webhook_of(app, delivery.webhook_id)
    failing = replace(webhook, failing_since=app.clock.now())
    app.tables.webhooks[webhook.id] = failing
    handler = DeliverWebhookHandler(
        app.webhook_reads, RemovingSender(app, answer), Refusals(app.unit_of_work), app.clock
    )
    worker = InMemoryApplication([(DeliverWebhookHandler, handler)], clock=app.clock, ids=app.ids, tables=app.tables)
    await worker.run_job.run(delivery.id)
    assert not app.tables.webhooks
    assert app.tables.jobs[delivery.id].status in {JobStatus.SUCCEEDED, JobStatus.QUEUED}


async def test_a_secret_is_changed_by_its_owner_alone(app: InMemoryApplication) -> None:
    webhook_id = await registered(app)
    before = webhook_of(app, webhook_id).secret
    with pytest.raises(WebhookNotFoundError):
        await app.bus.execute(RotateWebhookSecret(webhook_id=webhook_id), an_origin("bob"))
    await app.bus.execute(RotateWebhookSecret(webhook_id=webhook_id), ALICE)
    after = webhook_of(app, webhook_id)
    assert (after.old_secret, after.secret != before) == (before, True)


@pytest.mark.parametrize("command", [RotateWebhookSecret, RemoveWebhook])
async def test_what_is_not_ones_own_is_not_there(
    app: InMemoryApplication, command: type[RotateWebhookSecret | RemoveWebhook]
) -> None:
    webhook_id = await registered(app)
    for asked in (webhook_id, UUID(int=0)):
        with pytest.raises(WebhookNotFoundError):
            await app.bus.execute(command(webhook_id=asked), an_origin("bob"))
    assert webhook_id in app.tables.webhooks


async def test_one_owner_has_so_many_webhooks_and_no_more(app: InMemoryApplication) -> None:
    for _ in range(MOST_OF_ONE_OWNER):
        await registered(app)
    with pytest.raises(TooManyWebhooksError):
        await registered(app)
    await registered(app, origin=an_origin("bob"))


async def test_no_target_inside_is_registered_by_whatever_door(app: InMemoryApplication) -> None:
    with pytest.raises(InvalidWebhookUrlError):
        await registered(app, WebhookContent(url="https://169.254.169.254/"))


async def test_nobody_else_may_ask_for_a_delivery(app: InMemoryApplication) -> None:
    delivery = await one_pending(app)
    with pytest.raises(ForbiddenError):
        await app.bus.execute(DeliverWebhook(delivery_id=delivery.id), ALICE)
