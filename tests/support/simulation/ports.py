"""The database of a simulation: in-memory adapters behind a wire that delays, refuses and swallows answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar, cast

from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryTransaction
from application.ports.clock import Clock, IdFactory
from application.ports.dead_letters import DeadLetter, DeadLetterQueue, DeadLetterWalk
from application.ports.outbox import OutboxBatch
from application.ports.queue import Channel, Message
from application.ports.unit_of_work import StorageUnavailableError, Transaction
from domain.job import Origin
from tests.support.simulation.loop import Process, SimulatedLoop
from tests.support.simulation.queue import UnreliableQueue

T = TypeVar("T")
EPOCH = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(slots=True)
class LoopClock:
    """The loop's time as wall-clock time, wrong by what the process's clock is wrong."""

    loop: SimulatedLoop
    process: Process

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.loop.time() + self.process.skew_seconds)


@dataclass(slots=True)
class DrawnChance:
    """Draws from the seed."""

    random: Random

    def fraction(self) -> float:
        return self.random.random()


@dataclass(slots=True)
class Wire:
    """Between a process and the database; the rates are chances for each call."""

    loop: SimulatedLoop
    random: Random
    refused: float = 0
    unanswered: float = 0
    slow: float = 0

    async def request(self) -> None:
        """Get the call there, or not."""
        await self.loop.give_way()
        if self.random.random() < self.refused:
            raise StorageUnavailableError("the connection was lost before the statement")

    async def answer(self) -> None:
        """Get the answer back, or not: then nobody knows what was done."""
        chance = self.random.random()
        if chance < self.unanswered + self.slow:
            await self.loop.give_way()
        if chance < self.unanswered:
            raise StorageUnavailableError("the connection was lost after the statement")

    async def call(self, method: Callable[..., Awaitable[T]], *args: object, **options: object) -> T:
        """Make a call that is a transaction of its own."""
        await self.request()
        result = await method(*args, **options)
        await self.answer()
        return result


class OverTheWire:
    """Stands for a part whose every method goes over the wire."""

    def __init__(self, part: object, wire: Wire, *, is_within_transaction: bool = False) -> None:
        self._part = part
        self._wire = wire
        self._is_within_transaction = is_within_transaction

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method, wire = getattr(self._part, name), self._wire

        async def statement(*args: object, **options: object) -> object:
            await wire.request()
            return await method(*args, **options)

        async def transaction(*args: object, **options: object) -> object:
            return await wire.call(method, *args, **options)

        return statement if self._is_within_transaction else transaction


def over_the_wire(part: T, wire: Wire) -> T:
    """Return a part of the same kind whose calls take their time, and may fail."""
    return cast("T", OverTheWire(part, wire))


class WiredTransaction:
    """A transaction whose statements go over the wire, one by one."""

    def __init__(self, transaction: InMemoryTransaction, wire: Wire) -> None:
        for name in ("recipes", "projections", "catalogue", "reports", "jobs", "idempotency", "outbox", "audit"):
            setattr(self, name, OverTheWire(getattr(transaction, name), wire, is_within_transaction=True))


@dataclass(frozen=True, slots=True)
class WiredUnitOfWork:
    """Opens transactions whose commit may be refused, or done without anybody knowing."""

    tables: Tables
    clock: Clock
    ids: IdFactory
    wire: Wire
    transaction: type[InMemoryTransaction]

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        opened = self.transaction(self.tables, origin, self.clock, self.ids)
        try:
            yield cast("Transaction", WiredTransaction(opened, self.wire))
            await self.wire.request()
            opened.commit()
        finally:
            opened.close()
        self.tables.committed.set()
        await self.wire.answer()


@dataclass(frozen=True, slots=True)
class WiredBatch:
    """Rows of one relay."""

    batch: OutboxBatch
    wire: Wire

    @property
    def messages(self) -> Mapping[Channel, Sequence[Message]]:
        return self.batch.messages

    async def mark_sent(self, ids: Collection[str]) -> None:
        await self.wire.request()
        await self.batch.mark_sent(ids)

    async def step_back(self, ids: Collection[str]) -> None:
        await self.wire.request()
        await self.batch.step_back(ids)


@dataclass(frozen=True, slots=True)
class WiredOutboxStore:
    """Claims rows; between claim and commit a relay may die, or find the database gone."""

    store: InMemoryOutboxStore
    wire: Wire
    committed: Callable[[OutboxBatch], None]
    """Told of each batch whose marks are committed."""

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[OutboxBatch]:
        await self.wire.request()
        async with self.store.claim(limit) as batch:
            yield WiredBatch(batch, self.wire)
            await self.wire.request()
        self.committed(batch)
        await self.wire.answer()

    async def wait(self, *, timeout_seconds: float) -> None:
        await self.store.wait(timeout_seconds=timeout_seconds)

    async def lag_seconds(self) -> float:
        return await self.store.lag_seconds()

    async def refused(self) -> int:
        return await self.store.refused()


@dataclass(frozen=True, slots=True)
class WiredWalk:
    """One walk through the dead letters."""

    walk: DeadLetterWalk
    queue: UnreliableQueue
    removes: Callable[[DeadLetter, bool], None]
    sent: set[str] = field(default_factory=set)

    async def letters(self) -> AsyncIterator[DeadLetter]:
        async for letter in self.walk.letters():
            await self.queue.asked()
            yield letter

    async def send_again(self, letter: DeadLetter) -> None:
        await self.queue.asked()
        await self.walk.send_again(letter)
        self.sent.add(letter.handle)
        await self.queue.answered()

    async def remove(self, letter: DeadLetter) -> None:
        await self.queue.asked()
        self.removes(letter, letter.handle in self.sent)
        await self.walk.remove(letter)
        await self.queue.answered()


@dataclass(frozen=True, slots=True)
class WiredDeadLetters:
    """The dead letters, as far away as the queue."""

    letters: DeadLetterQueue
    queue: UnreliableQueue
    removes: Callable[[DeadLetter, bool], None]
    """Told of each letter that is removed, and whether it was sent again before."""

    @asynccontextmanager
    async def walk(self) -> AsyncIterator[DeadLetterWalk]:
        async with self.letters.walk() as walk:
            yield WiredWalk(walk, self.queue, self.removes)
