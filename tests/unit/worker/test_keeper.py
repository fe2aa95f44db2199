"""Messages stay invisible and leases alive while work goes on, whatever that work does."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from adapters.memory.queue import InMemoryQueue
from adapters.memory.telemetry import RecordingTelemetry
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader, job_message
from application.ports.jobs import ClaimTerms
from application.ports.queue import Channel
from application.ports.unit_of_work import StorageUnavailableError
from application.progress import AttemptBoard
from domain.job import Job
from entrypoints.worker.held import HeldDeliveries
from entrypoints.worker.keeper import LONGEST_HOLD_SECONDS, Keeper, KeeperParts
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job


class AwayLeases:
    """A database that is out of reach."""

    async def renew(self, running: Sequence[Job], *, lease_seconds: float) -> Collection[UUID]:
        raise StorageUnavailableError(f"{len(running)} leases of {lease_seconds} s")

    async def announce_again(self, job_id: UUID) -> None:
        raise StorageUnavailableError(str(job_id))


class Kept:
    """One job that runs, its message held, and the keeper of both."""

    def __init__(self, *, lease_seconds: float = 60) -> None:
        self.app = InMemoryApplication()
        self.queue = InMemoryQueue(self.app.clock)
        self.board = AttemptBoard(self.app.jobs)
        self.held = HeldDeliveries()
        self.telemetry = RecordingTelemetry()
        self.parts = KeeperParts(self.app.jobs, self.queue)
        self.keeper = Keeper(
            open_parts=self.open_parts,
            board=self.board,
            held=self.held,
            reader=WireMessageReader(MessageTypes()),
            telemetry=self.telemetry,
            lease_seconds=lease_seconds,
            visibility_seconds=60,
        )

    @asynccontextmanager
    async def open_parts(self) -> AsyncIterator[KeeperParts]:
        yield self.parts

    async def start(self) -> Job:
        await self.app.jobs.accept(a_job())
        await self.queue.publish(Channel.COMMANDS, [job_message(a_job())])
        [delivery] = await self.queue.receive(Channel.COMMANDS, limit=1, wait_seconds=0)
        self.held.add(delivery)
        job = await self.app.jobs.claim(a_job().id, ClaimTerms(lease_seconds=60))
        assert isinstance(job, Job)
        return job

    async def round(self) -> None:
        await self.keeper.round(self.parts, asyncio.get_running_loop())
        await asyncio.sleep(0)


async def test_each_round_prolongs_lease_and_visibility() -> None:
    kept = Kept()
    job = await kept.start()
    with kept.board.running(job):
        for _ in range(5):
            kept.app.clock.advance(40)
            await kept.round()
        assert kept.app.tables.leases[job.id] > kept.app.clock.now()
    assert await kept.queue.backlog(Channel.COMMANDS) == 0


async def test_message_is_kept_before_its_job_begins() -> None:
    kept = Kept()
    await kept.start()
    kept.app.clock.advance(40)
    await kept.round()
    kept.app.clock.advance(40)
    assert await kept.queue.backlog(Channel.COMMANDS) == 0


async def test_attempt_that_lost_its_lease_is_stopped() -> None:
    kept = Kept()
    job = await kept.start()

    async def work() -> bool:
        with kept.board.running(job) as attempt:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return attempt.is_lost
        return False

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    kept.app.clock.advance(61)
    await kept.app.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
    await kept.round()
    async with asyncio.timeout(5):
        assert await working


async def test_attempt_is_stopped_before_a_lease_that_cannot_be_renewed_lapses() -> None:
    kept = Kept(lease_seconds=0)
    job = await kept.start()
    kept.parts = KeeperParts(AwayLeases(), kept.queue)
    with kept.board.running(job) as attempt:
        attempt.task = None  # nothing to cancel here: the wish is what this test is about
        await kept.round()
        await kept.round()
    assert ("keeper.lease_lost", {"job_id": str(job.id), "attempt": 1}) in kept.telemetry.events


async def test_message_held_for_too_long_is_exchanged_for_a_fresh_one() -> None:
    kept = Kept()
    job = await kept.start()
    kept.app.tables.outbox.clear()
    [(receipt, (delivery, _))] = kept.held._received_at.items()
    kept.held._received_at[receipt] = (delivery, time.monotonic() - LONGEST_HOLD_SECONDS - 1)
    with kept.board.running(job):
        await kept.round()
    assert [row.message.subject for row in kept.app.tables.outbox] == [str(job.id)]
    assert kept.held.all() == []


async def test_busy_handler_cannot_starve_the_renewal() -> None:
    kept = Kept(lease_seconds=0.2)
    job = await kept.start()
    with kept.board.running(job) as attempt:
        attempt.task = None
        renewed = kept.app.tables.leases[job.id]
        thread = kept.keeper.start()
        kept.app.clock.advance(1)
        until = time.monotonic() + 10
        while kept.app.tables.leases[job.id] == renewed and time.monotonic() < until:
            pass  # never gives the event loop a chance
        assert kept.app.tables.leases[job.id] != renewed
    kept.keeper.stop()
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()


class BrokenOnce(Kept):
    """Parts that cannot be opened at first, for a reason that nobody thought of."""

    is_broken = True

    @asynccontextmanager
    async def open_parts(self) -> AsyncIterator[KeeperParts]:
        if self.is_broken:
            self.is_broken = False
            raise KeyError("unforeseen")
        yield self.parts


async def test_keeper_goes_on_after_a_fault_of_its_own() -> None:
    """A keeper that died unseen would let every lease lapse."""
    kept = BrokenOnce(lease_seconds=0.2)
    job = await kept.start()
    with kept.board.running(job) as attempt:
        attempt.task = None
        before = kept.app.tables.leases[job.id]
        thread = kept.keeper.start()
        kept.app.clock.advance(1)
        async with asyncio.timeout(10):
            while kept.app.tables.leases[job.id] == before:
                await asyncio.sleep(0)
    kept.keeper.stop()
    await asyncio.to_thread(thread.join, 5)
    assert ("keeper.failed", {"error": "KeyError('unforeseen')"}) in kept.telemetry.events
