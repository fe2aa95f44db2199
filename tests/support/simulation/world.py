"""One simulated installation: API processes, relays and workers, made of the real parts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from adapters.memory.bulk import InMemoryUploadStore
from adapters.memory.dead_letters import InMemoryDeadLetters
from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.operator_jobs import InMemoryOperatorJobs
from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.queue import InMemoryQueue
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryTransaction
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader
from application.bus import Bus
from application.dispatch import handler_types
from application.handlers.add_recipe import AddRecipeHandler
from application.handlers.cancel_job import CancelJobHandler
from application.handlers.generate_report import GenerateReportHandler
from application.handlers.project_recipe import ProjectRecipe
from application.operations.redrive_dead_letters import RedriveDeadLetters
from application.operations.retry_job import RetryJob
from application.ports.jobs import ClaimTerms
from application.progress import AttemptBoard
from application.relay import Relay
from application.run_job import RunJob
from domain.job import Origin
from domain.principal import Principal
from entrypoints.relay.loop import RelayLoop
from entrypoints.worker.delivery import DeliveryHandler
from entrypoints.worker.held import HeldDeliveries
from entrypoints.worker.keeper import KeeperParts
from entrypoints.worker.loop import Worker
from entrypoints.worker.upkeep import UpkeepLoop
from tests.support.builders import ALL_SCOPES
from tests.support.fakes import CountingIds
from tests.support.simulation.handlers import FollowingHandler, ReportingHandler, ReportOnceHandler, UnusedHandler
from tests.support.simulation.judge import Judge
from tests.support.simulation.loop import OUTSIDE, Process, SimulatedLoop
from tests.support.simulation.ports import (
    DrawnChance,
    LoopClock,
    Wire,
    WiredDeadLetters,
    WiredOutboxStore,
    WiredUnitOfWork,
    over_the_wire,
)
from tests.support.simulation.queue import UnreliableQueue
from tests.support.simulation.stand_ins import CountingTelemetry, SimulatedKeeper

LEASE_SECONDS = 60
VISIBILITY_SECONDS = 60
HOLD_SECONDS = 240
"""What the queue's limit of 12 hours is here; the keeper exchanges messages before."""
EXCHANGE_SECONDS = 150
RETENTION = timedelta(hours=1)
ELSEWHERE = "/elsewhere"
KITCHEN = Principal(subject="kitchen", scopes=ALL_SCOPES)
OPERATOR = Origin(principal=Principal(subject="olga", roles=frozenset({"operator"})), request_id="operator")
REANNOUNCE_SECONDS = 120
TYPES = MessageTypes()
TRIES = 4
LATEST_SECONDS = 5
"""How late a timer may be: a busy machine's are, and seconds in which nothing else happens need no steps."""
UNUSED = UnusedHandler()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an installation is made of; a flawed one has one part replaced."""

    job_store: type[InMemoryJobStore] = InMemoryJobStore
    outbox: type[InMemoryOutboxStore] = InMemoryOutboxStore
    transaction: type[InMemoryTransaction] = InMemoryTransaction
    bus: type[Bus] = Bus
    run_job: type[RunJob] = RunJob
    relay: type[Relay] = Relay
    handler: type[ReportingHandler] = ReportingHandler
    deliveries: type[DeliveryHandler] = DeliveryHandler
    keeper: type[SimulatedKeeper] = SimulatedKeeper
    retry: type[RetryJob] = RetryJob
    redrive: type[RedriveDeadLetters] = RedriveDeadLetters


@dataclass
class World:
    """The database and the queue outlive every process."""

    seed: int
    parts: Parts = field(default_factory=Parts)
    has_upkeep: bool = True
    most_of_one_owner: int = 1_000_000
    most_sent_of_one_owner: int = 1_000_000
    haste: float = 0
    lateness_seconds: float = LATEST_SECONDS
    poll_seconds: int = 20

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 (chance, not a secret)
        self.loop = SimulatedLoop()
        self.tables = Tables()
        self.clock = LoopClock(self.loop, OUTSIDE)
        self.outbox = self.parts.outbox(self.tables, self.clock, self.most_sent_of_one_owner)
        self.ids = CountingIds()
        self.judge = Judge(self.tables, self.clock, RETENTION)
        self.telemetry = CountingTelemetry(self.judge.told)
        self.wire = Wire(self.loop, self.random)
        self.queue = UnreliableQueue(
            self.loop,
            self.random,
            InMemoryQueue(self.clock, visibility_seconds=VISIBILITY_SECONDS),
            longest_hold_seconds=HOLD_SECONDS,
        )
        self.letters = InMemoryDeadLetters(self.queue.inner)
        self.processes: list[Process] = []
        self.stops: dict[Process, asyncio.Event] = {}

    def start(self, name: str, skew_seconds: float = 0) -> Process:
        """Start a process: `api`, `relay` or `worker`."""
        process = Process(name, skew_seconds=skew_seconds)
        self.processes.append(process)
        if name == "relay":
            self.loop.spawn(process, self._relay())
        if name == "worker":
            stop = self.stops[process] = asyncio.Event()
            self.loop.spawn(process, self._worker(process, stop))
        self.loop.drain()
        self.loop.look_after(process)
        return process

    def kill(self, process: Process) -> None:
        """Kill a process."""
        self.loop.kill(process)
        self.processes.remove(process)
        self.stops.pop(process, None)

    def go_on(self) -> None:
        """Complete some waiting call; let it be later when there is none that could be completed."""
        loop = self.loop
        for _ in range(TRIES):
            waiting = len(loop.waiting)
            # The newest call again and again: one piece of work runs far ahead of all others.
            index = waiting - 1 if self.random.random() < self.haste else int(self.random.random() * waiting)
            if waiting and loop.complete(index):
                return
        event = loop.next_event()
        if event is not None:
            loop.advance(event + self.lateness_seconds * self.random.random() ** 3)

    def is_at_rest(self) -> bool:
        """Tell whether all work is done."""
        has_work = self.tables.outbox or self.queue.held
        return not has_work and all(job.status.is_terminal for job in self.tables.jobs.values())

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in list(self.processes):
            self.kill(process)
        self.loop.close()

    def bus(self, process: Process) -> Bus:
        """Return a bus as this process has it."""
        clock = LoopClock(self.loop, process)
        return self.parts.bus(
            handlers={
                **dict.fromkeys(handler_types(), UNUSED),
                ProjectRecipe: FollowingHandler(self.judge),
                CancelJobHandler: CancelJobHandler(clock),
                GenerateReportHandler: self.parts.handler(
                    self.judge, self.random, clock, self.ids, self.unit_of_work()
                ),
                AddRecipeHandler: ReportOnceHandler(self.random, clock, self.ids),
            },
            unit_of_work=self.unit_of_work(),
            jobs=self._jobs(),
            clock=clock,
            ids=self.ids,
            telemetry=self.telemetry,
        )

    def redrive(self, process: Process) -> RedriveDeadLetters:
        """Return what an operator redrives dead letters with."""
        bus = self.bus(process)
        return self.parts.redrive(
            queue=WiredDeadLetters(self.letters, self.queue, self.judge.removes),
            reader=WireMessageReader(TYPES),
            retry=self.parts.retry(jobs=over_the_wire(InMemoryOperatorJobs(self.tables), self.wire), bus=bus),
            unit_of_work=self.unit_of_work(),
            clock=LoopClock(self.loop, process),
            pause=asyncio.sleep,
        )

    def _jobs(self) -> InMemoryJobStore:
        return over_the_wire(self.parts.job_store(self.tables, self.clock), self.wire)

    def unit_of_work(self) -> WiredUnitOfWork:
        """Return a unit of work on the database."""
        return WiredUnitOfWork(self.tables, self.clock, self.ids, self.wire, self.parts.transaction)

    def relay(self) -> Relay:
        """Return a relay."""
        store = WiredOutboxStore(self.outbox, self.wire, lambda batch: self.judge.marks(batch, self.queue.published))
        return self.parts.relay(store=store, publisher=self.queue, telemetry=self.telemetry, tracer=self.telemetry)

    async def _relay(self) -> None:
        relay, telemetry = self.relay(), self.telemetry
        await RelayLoop(relay=relay, store=relay.store, telemetry=telemetry, meter=telemetry, sweep_seconds=5).run()

    async def _worker(self, process: Process, stop: asyncio.Event) -> None:
        jobs, bus = self._jobs(), self.bus(process)
        board, held, reader = AttemptBoard(jobs), HeldDeliveries(monotonic=self.loop.time), WireMessageReader(TYPES)
        run_job = self.parts.run_job(
            bus=bus,
            jobs=jobs,
            unit_of_work=self.unit_of_work(),
            clock=LoopClock(self.loop, process),
            chance=DrawnChance(self.random),
            telemetry=self.telemetry,
            board=board,
            terms=ClaimTerms(lease_seconds=LEASE_SECONDS, most_of_one_owner=self.most_of_one_owner),
        )
        worker = Worker(
            consumer=self.queue,
            handler=self.parts.deliveries(
                run_job=run_job,
                bus=bus,
                reader=reader,
                sources={ELSEWHERE: KITCHEN},
                inbox_life=timedelta(days=15),
                leases=jobs,
                telemetry=self.telemetry,
                tracer=self.telemetry,
            ),
            keeper=self.parts.keeper(
                open_parts=self._keeper_parts(jobs),
                board=board,
                held=held,
                reader=reader,
                telemetry=self.telemetry,
                lease_seconds=LEASE_SECONDS,
                visibility_seconds=VISIBILITY_SECONDS,
                monotonic=self.loop.time,
                longest_hold_seconds=EXCHANGE_SECONDS,
            ),
            held=held,
            board=board,
            telemetry=self.telemetry,
            monotonic=self.loop.time,
            concurrency=2,
            poll_seconds=self.poll_seconds,
            grace_seconds=10,
        )
        if self.has_upkeep:
            upkeep = UpkeepLoop(
                upkeep=jobs,
                uploads=InMemoryUploadStore(self.tables, self.clock),
                gauges=self.queue.inner,
                telemetry=self.telemetry,
                meter=self.telemetry,
                every_seconds=15,
                reannounce_seconds=REANNOUNCE_SECONDS,
                retention=RETENTION,
            )
            asyncio.get_running_loop().create_task(upkeep.run())
        await worker.run(stop)
        process.is_doomed = True

    def _keeper_parts(self, jobs: InMemoryJobStore) -> Callable[[], AbstractAsyncContextManager[KeeperParts]]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[KeeperParts]:
            yield KeeperParts(jobs, self.queue)

        return opened
