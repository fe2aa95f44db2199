"""What a worker does beside its work."""

from datetime import timedelta

from adapters.memory.queue import InMemoryQueue
from application.ports.queue import Channel
from application.relay import Relay
from domain.commands import GenerateReport
from domain.report import ReportKind
from entrypoints.worker.upkeep import FEW, UpkeepLoop
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


class Waiting:
    """Jobs whose messages are in the queue, for longer than a message may take."""

    def __init__(self) -> None:
        self.app = InMemoryApplication()
        self.queue = InMemoryQueue(self.app.clock)
        self.upkeep = UpkeepLoop(
            upkeep=self.app.jobs,
            uploads=self.app.uploads,
            gauges=self.queue,
            telemetry=self.app.telemetry,
            meter=self.app.telemetry,
            every_seconds=5,
            reannounce_seconds=60,
            retention=timedelta(days=30),
        )
        self.relay = Relay(
            store=self.app.outbox, publisher=self.queue, telemetry=self.app.telemetry, tracer=self.app.telemetry
        )

    async def defer(self, jobs: int) -> None:
        for _ in range(jobs):
            await self.app.bus.defer(REPORT, an_origin())
        while await self.relay.once():
            pass
        self.app.clock.advance(61)


async def test_jobs_that_merely_wait_in_a_long_queue_are_hardly_announced_again() -> None:
    waiting = Waiting()
    await waiting.defer(50)
    await waiting.upkeep.reconcile()
    assert len(waiting.app.tables.outbox) == FEW


async def test_as_many_are_announced_again_as_the_queue_has_too_few() -> None:
    waiting = Waiting()
    await waiting.defer(50)
    received = [*await waiting.queue.receive(Channel.COMMANDS, limit=20, wait_seconds=0)]
    await waiting.queue.delete(received)
    await waiting.upkeep.reconcile()
    assert len(waiting.app.tables.outbox) == 20


async def test_who_has_lost_several_messages_waits_no_longer_for_the_next() -> None:
    waiting = Waiting()
    await waiting.defer(1)
    for _ in range(4):
        await waiting.queue.delete([*await waiting.queue.receive(Channel.COMMANDS, limit=1, wait_seconds=0)])
        await waiting.upkeep.reconcile()
        assert len(waiting.app.tables.outbox) == 1
        await waiting.defer(0)


async def test_messages_that_are_still_in_the_outbox_are_not_missing() -> None:
    waiting = Waiting()
    await waiting.defer(50)
    for _ in range(50):
        await waiting.app.bus.defer(REPORT, an_origin())
    await waiting.upkeep.reconcile()
    assert len(waiting.app.tables.outbox) == 50 + FEW


async def test_those_announced_longest_ago_come_first() -> None:
    waiting = Waiting()
    await waiting.defer(FEW)
    await waiting.defer(2 * FEW)
    await waiting.upkeep.reconcile()
    first = list(waiting.app.tables.jobs)[:FEW]
    assert [row.message.subject for row in waiting.app.tables.outbox] == [str(job_id) for job_id in first]
