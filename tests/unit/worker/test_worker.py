"""The worker loop on an in-memory queue: received, settled, and stopped in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.memory.queue import InMemoryQueue
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import SOURCE, WireMessageReader
from application.bus import Handler
from application.context import Context
from application.handlers.generate_report import GenerateReportHandler
from application.handlers.project_recipe import ProjectRecipe
from application.ports.queue import Channel, Delivery, Message, QueueUnavailableError
from application.relay import Relay
from domain.commands import AddRecipe, GenerateReport
from domain.events import RecipeAdded
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


@dataclass
class GatedEvents:
    """Begins to follow an event at once and ends when the gate opens."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, _event: RecipeAdded, _context: Context) -> None:
        self.begun.set()
        await self.gate.wait()


@dataclass
class Now:
    """A clock that only a test moves."""

    seconds: float = 1.0

    def __call__(self) -> float:
        return self.seconds


class QuickQueue(InMemoryQueue):
    """Answers an empty poll at once, so that no test waits for one to end."""

    is_away = False

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        assert wait_seconds > 0
        await asyncio.sleep(0)
        if self.is_away:
            raise QueueUnavailableError("away")
        return await super().receive(channel, limit=limit, wait_seconds=0)


class Running:
    """A worker over in-memory parts."""

    def __init__(
        self, app: InMemoryApplication, now: Callable[[], float], *, concurrency: int = 2, grace_seconds: float = 5
    ) -> None:
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
                inbox_life=timedelta(days=15),
                leases=app.jobs,
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
                monotonic=now,
            ),
            monotonic=now,
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
    handler: GatedHandler | None = None,
    *,
    concurrency: int = 2,
    grace_seconds: float = 5,
    events: GatedEvents | None = None,
    now: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Running]:
    """Run a worker until the block ends, then stop it in order."""
    instead: list[tuple[type, Handler]] = [(GenerateReportHandler, handler)] if handler else []
    if events:
        instead.append((ProjectRecipe, events))
    app = InMemoryApplication(instead=instead)
    parts = Running(app, now, concurrency=concurrency, grace_seconds=grace_seconds)
    task = asyncio.create_task(parts.worker.run(parts.stop))
    try:
        yield parts
    finally:
        parts.stop.set()
        async with asyncio.timeout(5):
            await task


def a_message(message_type: str, data: bytes = b"{}", source: str = "/elsewhere") -> Message:
    now = InMemoryApplication().clock.now()
    return Message(id="m-1", type=message_type, source=source, subject="", time=now, data=data, group="bob")


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
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", b'{"jobId":"seven"}', SOURCE)])
        await parts.until("delivery.rejected")
    [letter] = parts.queue.dead
    assert letter.reason.startswith("org.kondate.job.v1: ")


async def test_announcement_of_an_unknown_job_is_a_dead_letter() -> None:
    data = b'{"jobId":"%s"}' % str(UUID(int=1)).encode()
    async with running() as parts:
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", data, SOURCE)])
        await parts.until("delivery.rejected")
    assert [letter.reason for letter in parts.queue.dead] == ["unknown-job"]


async def test_duplicate_delivery_has_one_effect() -> None:
    async with running() as parts:
        job = await parts.defer()
        announcement = b'{"jobId":"%s"}' % str(job.id).encode()
        await parts.queue.publish(Channel.COMMANDS, [a_message("org.kondate.job.v1", announcement, SOURCE)] * 3)
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


async def test_worker_whose_every_turn_is_taken_is_ready_while_its_messages_are_kept() -> None:
    handler, events, now = GatedHandler(), GatedEvents(), Now()
    async with running(handler, concurrency=1, events=events, now=now) as parts:
        await parts.defer()
        await parts.app.bus.execute(AddRecipe(content=a_content()), an_origin())
        await parts.relay.once()
        async with asyncio.timeout(5):
            await handler.begun.wait()
            await events.begun.wait()
        now.seconds += 1_000
        with pytest.raises(QueueUnavailableError):
            await parts.worker.check()
        await parts.worker.keeper.round(KeeperParts(parts.app.jobs, parts.queue), asyncio.get_running_loop())
        await parts.worker.check()
        handler.gate.set()
        events.gate.set()


async def test_worker_whose_polls_are_not_answered_is_not_ready() -> None:
    now = Now()
    async with running(now=now) as parts:
        async with asyncio.timeout(5):
            while parts.worker.polled_at < 0:
                await asyncio.sleep(0)
        await parts.worker.check()
        parts.queue.is_away = True
        await parts.until("worker.waiting")
        now.seconds += 1_000
        with pytest.raises(QueueUnavailableError):
            await parts.worker.check()
