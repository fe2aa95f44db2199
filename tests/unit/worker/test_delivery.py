"""What becomes of a delivery: of one that says what it must not, and of one that has come too often."""

from datetime import timedelta
from uuid import UUID

import pytest

from adapters.wire.codec import MessageTypes
from adapters.wire.messages import SOURCE, WireMessageReader, job_message
from application.ports.jobs import ClaimTerms
from application.ports.queue import Channel, Delivery, Message
from application.verdict import Done, Reject, Retry
from domain.commands import GenerateReport
from domain.job import Job, JobStatus
from domain.principal import Principal
from domain.report import ReportKind
from entrypoints.worker.delivery import MOST_RECEIVES, DeliveryHandler
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)
JOB_ID = UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0000 + 1)
INBOX_LIFE = timedelta(days=15)


def a_handler(app: InMemoryApplication) -> DeliveryHandler:
    return DeliveryHandler(
        run_job=app.run_job,
        bus=app.bus,
        reader=WireMessageReader(MessageTypes()),
        sources={"/kitchen": Principal(subject="kitchen", scopes=frozenset({"report:generate"}))},
        inbox_life=INBOX_LIFE,
        leases=app.jobs,
        telemetry=app.telemetry,
        tracer=app.telemetry,
    )


def a_delivery(app: InMemoryApplication, message: Message, receive_count: int = 1) -> Delivery:
    return Delivery(
        channel=Channel.COMMANDS,
        receipt=f"receipt-{receive_count}-{app.clock.now()}",
        receive_count=receive_count,
        body="{}",
        message=message,
    )


def a_message(app: InMemoryApplication, message_type: str, data: bytes, source: str) -> Message:
    now = app.clock.now()
    return Message(id="m-1", type=message_type, source=source, subject="", time=now, data=data, group="bob")


async def deferred(app: InMemoryApplication) -> Job:
    return (await app.bus.defer(REPORT, an_origin())).job


@pytest.mark.parametrize(
    ("message_type", "data", "source", "reason"),
    [
        ("org.kondate.job.v1", b'{"jobId":"%s","attempt":7}', SOURCE, "attempt"),
        ("org.kondate.job.v1", b'{"jobId":"%s"}', "/elsewhere", "org.kondate.job.v1 comes from /kondate only"),
        ("org.kondate.job.v2", b'{"jobId":"%s"}', SOURCE, "unknown message type org.kondate.job.v2"),
        ("org.kondate.event.recipe-added.v1", b"{}", "/elsewhere", "recipe-added.v1 comes from /kondate only"),
        ("org.kondate.command.generate-report.v1", b'{"kind":"nutrition-summary"}', SOURCE, "unknown source /kondate"),
    ],
    ids=["forged attempt", "foreign announcement", "unknown version", "foreign event", "command in our name"],
)
async def test_forged_message_is_a_dead_letter_and_touches_no_job(
    message_type: str, data: bytes, source: str, reason: str
) -> None:
    app = InMemoryApplication()
    job = await deferred(app)
    named = data.replace(b"%s", str(job.id).encode())
    verdict = await a_handler(app).handle(a_delivery(app, a_message(app, message_type, named, source)))
    assert isinstance(verdict, Reject)
    assert reason in verdict.reason
    assert list(app.tables.jobs.values()) == [job]


async def test_message_of_a_finished_job_is_dropped_and_the_log_says_why() -> None:
    app = InMemoryApplication()
    job, handler = await deferred(app), a_handler(app)
    assert await handler.handle(a_delivery(app, job_message(job))) == Done()
    assert await handler.handle(a_delivery(app, job_message(job), receive_count=2)) == Done()
    assert ("job.not_claimed", {"job_id": str(job.id), "standing": "finished"}) in [
        (name, fields) for name, fields in app.telemetry.events
    ]
    assert len(app.tables.reports) == 1


@pytest.mark.parametrize(("receive_count", "messages"), [(MOST_RECEIVES - 1, 0), (MOST_RECEIVES, 1)])
async def test_message_that_came_in_vain_too_often_is_exchanged(receive_count: int, messages: int) -> None:
    """The queue itself would move it to the dead letters, though its job is alive in another worker."""
    app = InMemoryApplication()
    job = await deferred(app)
    await app.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
    app.tables.outbox.clear()
    verdict = await a_handler(app).handle(a_delivery(app, job_message(job), receive_count))
    assert isinstance(verdict, Done if messages else Retry)
    assert len(app.tables.outbox) == messages
    running = app.tables.jobs[job.id]
    assert (running.status, running.attempt) == (JobStatus.RUNNING, 1)


async def test_command_of_another_system_is_remembered_for_longer_than_the_queue_may_keep_it() -> None:
    app = InMemoryApplication()
    message = a_message(
        app, "org.kondate.command.generate-report.v1", b'{"kind":"nutrition-summary"}', source="/kitchen"
    )
    handler = a_handler(app)
    for _ in range(2):
        assert await handler.handle(a_delivery(app, message)) == Done()
        app.clock.advance(timedelta(days=14).total_seconds())
        await app.jobs.expire_keys(limit=10)
    assert len(app.tables.jobs) == 1
