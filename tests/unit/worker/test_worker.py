"""The worker loop on an in-memory queue: received, settled, and stopped in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from adapters.memory.queue import InMemoryQueue
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader
from application.context import Context
from application.handlers.generate_report import GenerateReportHandler
from application.ports.queue import Channel, Delivery, Message
from application.relay import Relay
from domain.commands import AddRecipe, GenerateReport
from domain.job import Job, JobStatus
from domain.principal import Principal
from domain.report import RecipeSelection, ReportKind
from entrypoints.worker.delivery import DeliveryHandler
from entrypoints.worker.held import HeldDeliveries
from entrypoints.worker.keeper import Keeper, KeeperParts
from entrypoints.worker.loop import Worker
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


@dataclass
class GatedHandler:
    """Begins each job at once and ends it when the gate opens."""

    running: int = 0
    most_running: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, _command: GenerateReport, _context: Context) -> None:
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self.begun.set()
        try:
            await self.gate.wait()
        finally:
            self.running -= 1


class QuickQueue(InMemoryQueue):
    """Answers an empty poll at once, so that no test waits for one to end."""

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        assert wait_seconds > 0
        await asyncio.sleep(0)
        return await super().receive(channel, limit=limit, wait_seconds=0)


class Running:
    """A worker over in-memory parts."""

    def __init__(self, app: InMemoryApplication, *, concurrency: int = 2, grace_seconds: float = 5) -> None:
        self.app = app
        self.queue = QuickQueue(app.clock)
        self.stop = asyncio.Event()
        self.held = HeldDeliveries()
        reader = WireMessageReader(MessageTypes())
        self.worker = Worker(
            consumer=self.queue,
            handler=DeliveryHandler(
                run_job=app.run_job,
                bus=app.bus,
                reader=reader,
                sources={"/kitchen": Principal(subject="kitchen", scopes=frozenset({"report:generate"}))},
                telemetry=app.telemetry,
                tracer=app.telemetry,
            ),
            telemetry=app.telemetry,
            board=app.board,
            held=self.held,
            keeper=Keeper(
                open_parts=self.keeper_parts,
                board=app.board,
                held=self.held,
                reader=reader,
                telemetry=app.telemetry,
                lease_seconds=60,
                visibility_seconds=60,
            ),
            concurrency=concurrency,
            poll_seconds=1,
            grace_seconds=grace_seconds,
        )
        self.relay = Relay(store=app.outbox, publisher=self.queue, telemetry=app.telemetry, tracer=app.telemetry)

    @asynccontextmanager
    async def keeper_parts(self) -> AsyncIterator[KeeperParts]:
        yield KeeperParts(self.app.jobs, self.queue)

    async def defer(self) -> Job:
        job = (await self.app.bus.defer(REPORT, an_origin())).job
        await self.relay.once()
        return job

    async def status(self, job: Job) -> JobStatus:
        found = await self.app.jobs.get(job.id, owner="alice")
        assert found is not None
        return found.status

    async def until(self, event: str) -> None:
        """Wait until the worker has told of this event."""
        async with asyncio.timeout(5):
            while event not in [name for name, _ in self.app.telemetry.events]:
                await asyncio.sleep(0)


@asynccontextmanager
async def running(
    handler: GatedHandler | None = None, *, concurrency: int = 2, grace_seconds: float = 5
) -> AsyncIterator[Running]:
    """Run a worker until the block ends, then stop it in order."""
    app = InMemoryApplication(instead=[(GenerateReportHandler, handler)] if handler else [])
    parts = Running(app, concurrency=concurrency, grace_seconds=grace_seconds)
    task = asyncio.create_task(parts.worker.run(parts.stop))
    try:
        yield parts
    finally:
        parts.stop.set()
        async with asyncio.timeout(5):
            await task


def a_message(message_type: str, data: bytes = b"{}") -> Message:
    now = InMemoryApplication().clock.now()
    return Message(id="m-1", type=message_type, source="/elsewhere", subject="", time=now, data=data, group="bob")


async def ended(parts: Running, job: Job, status: JobStatus) -> None:
    async with asyncio.timeout(5):
        while await parts.status(job) is not status:
            await asyncio.sleep(0)


async def test_deferred_command_is_carried_out_and_its_message_deleted() -> None:
    async with running() as parts:
        job = await parts.defer()
        await ended(parts, job, JobStatus.SUCCEEDED)
    assert await parts.queue.backlog(Channel.COMMANDS) == 0
    parts.app.clock.advance(3600)
    assert await parts.queue.backlog(Channel.COMMANDS) == 0


async def test_no_more_jobs_run_at_once_than_allowed() -> None:
    handler = GatedHandler()
    async with running(handler, concurrency=2) as parts:
        jobs = [await parts.defer() for _ in range(5)]
        await handler.begun.wait()
        handler.gate.set()
        for job in jobs:
            await ended(parts, job, JobStatus.SUCCEEDED)
    assert handler.most_running == 2


async def test_malformed_message_is_a_dead_letter_and_the_next_is_handled() -> None:
    async with running() as parts:
        await parts.queue.publish_foreign(Channel.COMMANDS, "{", defect="the body is not JSON")
        job = await parts.defer()
        await ended(parts, job, JobStatus.SUCCEEDED)
    assert [letter.reason for letter in parts.queue.dead] == ["the body is not JSON"]


async def test_message_of_unknown_type_is_a_dead_letter() -> None:
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [a_message("com.example.other.v1")])
        await parts.until("delivery.rejected")
    assert [letter.reason for letter in parts.queue.dead] == ["unknown message type com.example.other.v1"]


async def test_announcement_without_a_job_id_is_a_dead_letter() -> None:
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", b'{"jobId":"seven"}')])
        await parts.until("delivery.rejected")
    [letter] = parts.queue.dead
    assert letter.reason.startswith("org.kondate.job.v1: ")


async def test_announcement_of_an_unknown_job_is_a_dead_letter() -> None:
    data = b'{"jobId":"%s"}' % str(UUID(int=1)).encode()
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", data)])
        await parts.until("delivery.rejected")
    assert [letter.reason for letter in parts.queue.dead] == ["unknown-job"]


async def test_duplicate_delivery_has_one_effect() -> None:
    async with running() as parts:
        job = await parts.defer()
        announcement = b'{"jobId":"%s"}' % str(job.id).encode()
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", announcement)] * 3)
        await ended(parts, job, JobStatus.SUCCEEDED)
    assert len(parts.app.tables.reports) == 1


async def test_running_work_may_end_after_the_stop() -> None:
    handler = GatedHandler()
    async with running(handler) as parts:
        job = await parts.defer()
        await handler.begun.wait()
        parts.stop.set()
        await parts.until("worker.stopping")
        handler.gate.set()
    assert await parts.status(job) is JobStatus.SUCCEEDED


async def test_work_that_outlasts_the_grace_period_is_handed_back_at_once() -> None:
    handler = GatedHandler()
    async with running(handler, grace_seconds=0) as parts:
        job = await parts.defer()
        await handler.begun.wait()
    assert await parts.status(job) is JobStatus.QUEUED
    assert await parts.queue.backlog(Channel.COMMANDS) == 1


async def test_event_reaches_its_handler() -> None:
    async with running() as parts:
        await parts.app.bus.execute(AddRecipe(content=a_content()), an_origin())
        await parts.relay.once()
        async with asyncio.timeout(5):
            while not parts.app.tables.projections:
                await asyncio.sleep(0)


async def test_command_of_a_known_source_becomes_one_job_however_often_it_comes() -> None:
    data = b'{"kind":"nutrition-summary","parameters":{"recipeIds":[],"category":"Soup"}}'
    message = replace(a_message("org.kondate.command.generate-report.v1", data), source="/kitchen")
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [message] * 3)
        await parts.until("job.accepted")
        async with asyncio.timeout(5):
            while await parts.queue.backlog(Channel.COMMANDS):
                await asyncio.sleep(0)
    [job] = parts.app.tables.jobs.values()
    assert (job.owner, job.command) == (
        "kitchen",
        GenerateReport(kind=ReportKind.NUTRITION_SUMMARY, parameters=RecipeSelection(category="Soup")),
    )


async def test_command_of_an_unknown_source_is_a_dead_letter() -> None:
    message = a_message("org.kondate.command.generate-report.v1", b'{"kind":"nutrition-summary"}')
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [message])
        await parts.until("delivery.rejected")
    assert [letter.reason for letter in parts.queue.dead] == ["unknown source /elsewhere"]
    assert not parts.app.tables.jobs


async def test_command_beyond_its_sources_scopes_is_a_dead_letter() -> None:
    data = b'{"content":{"name":"Rice","sections":[{"lines":["1 cup rice"]}]}}'
    message = replace(a_message("org.kondate.command.add-recipe.v1", data), source="/kitchen")
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [message])
        await parts.until("delivery.rejected")
    assert [letter.reason for letter in parts.queue.dead] == ["insufficient-scope"]


async def test_command_that_breaks_a_rule_is_a_dead_letter() -> None:
    message = replace(a_message("org.kondate.command.generate-report.v1", b'{"kind":"none"}'), source="/kitchen")
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [message])
        await parts.until("delivery.rejected")
    [letter] = parts.queue.dead
    assert letter.reason.startswith("org.kondate.command.generate-report.v1: ")


async def test_a_delivery_whose_work_broke_off_is_held_no_longer() -> None:
    """Held for ever it would be renewed for ever, and no other worker could take it up."""
    handler = GatedHandler()
    async with running(handler) as parts:
        await parts.defer()
        await handler.begun.wait()
        [task] = parts.worker._running
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert parts.held.all() == []
