"""Commands and relays whose steps Hypothesis orders, one waiting call after another."""

from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.ports.queue import QueueUnavailableError
from application.ports.unit_of_work import StorageUnavailableError
from tests.support.builders import an_origin
from tests.support.simulation.clients import Clients
from tests.support.simulation.handlers import a_report, added
from tests.support.simulation.judge import Request
from tests.support.simulation.loop import Process
from tests.support.simulation.world import Parts, World

CHOICES = st.integers(0, 20)


class RolledBackError(Exception):
    """Ends a transaction without a commit."""


class Interleaved(RuleBasedStateMachine):
    """Pieces of work, each in a process of its own, of which one at a time makes one step, or dies."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.world = World(0, parts)

    @initialize(seed=st.integers(0, 1_000))
    def draw(self, seed: int) -> None:
        self.world.random.seed(seed)

    @rule(choices=st.lists(CHOICES, min_size=1, max_size=8))
    def go_on(self, choices: list[int]) -> None:
        for choice in choices:
            self.step(choice)

    def step(self, choice: int) -> None:
        """Complete one waiting call."""
        loop = self.world.loop
        if loop.waiting:
            with loop.running():
                loop.complete(choice % len(loop.waiting))
                self.world.judge.look()

    @rule(choice=CHOICES)
    def crash(self, choice: int) -> None:
        if self.world.processes:
            with self.world.loop.running():
                self.world.kill(self.world.processes[choice % len(self.world.processes)])

    @invariant()
    def no_promise_is_broken(self) -> None:
        self.world.judge.raise_broken()
        assert not self.world.loop.errors, self.world.loop.errors

    def begin(self, work: Coroutine[Any, Any, object], process: Process | None = None) -> None:
        """Begin a piece of work in a new process."""
        loop = self.world.loop
        with loop.running():
            loop.spawn(process or self.world.start("work"), work)
            loop.drain()

    def finish_all(self) -> None:
        """Let everything that has begun come to its end."""
        while self.world.loop.waiting:
            self.step(0)
            self.no_promise_is_broken()

    def teardown(self) -> None:
        try:
            self.heal()
        finally:
            self.world.end()

    def heal(self) -> None:
        """Come to rest, and look at what is left."""
        self.finish_all()


class IdempotentCommands(Interleaved):
    """Two callers use the same two keys for two requests, at once, again, and over crashes."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.clients = Clients(self.world, self.world.random)

    @rule(
        is_deferred=st.booleans(),
        user=st.sampled_from(["alice", "bob"]),
        key=st.sampled_from(["k1", "k2"]),
        body=st.sampled_from(["this", "that"]),
    )
    def ask(self, *, is_deferred: bool, user: str, key: str, body: str) -> None:
        request = Request(route="defer" if is_deferred else "execute", user=user, key=key, body=body, number=0)
        self.world.judge.asks(request)
        process = self.world.start("api")
        self.begin(
            self.clients.defer(process, request) if is_deferred else self.clients.execute(process, request), process
        )

    @rule(body=st.sampled_from(["this", "that"]), choice=CHOICES)
    def ask_twice_at_once(self, body: str, choice: int) -> None:
        """The direct way to a race: the second comes while the first is somewhere on its way."""
        for steps in (choice, 0):
            self.ask(is_deferred=False, user="alice", key="k1", body=body)
            for _ in range(steps % 8):
                self.step(0)


class OutboxRelay(Interleaved):
    """Transactions commit in any order or not at all; relays send, die and are misled."""

    @rule(will_commit=st.booleans())
    def write(self, *, will_commit: bool) -> None:
        self.begin(self._write(will_commit=will_commit))

    @rule()
    def send(self) -> None:
        self.begin(self._send())

    @rule(writes=st.integers(1, 3), steps=st.integers(5, 9))
    def send_while_the_queue_fails(self, writes: int, steps: int) -> None:
        """The direct way to a batch that is sent in part."""
        for _ in range(writes):
            self.write(will_commit=True)
        self.finish_all()
        self.world.queue.partly_failed = 0.5
        self.send()
        for _ in range(steps):
            self.step(0)

    @rule(refused=st.sampled_from([0, 0.5]), unanswered=st.sampled_from([0, 0.5]), partly=st.sampled_from([0, 0.5]))
    def mislead(self, refused: float, unanswered: float, partly: float) -> None:
        queue, wire = self.world.queue, self.world.wire
        queue.refused, queue.unanswered, queue.partly_failed = refused, unanswered, partly
        wire.refused, wire.unanswered = refused / 5, unanswered / 5

    @invariant()
    def only_what_is_committed_is_sent(self) -> None:
        told = {held.message.subject for held in self.world.queue.held if held.message}
        assert told <= {str(report_id) for report_id in self.world.tables.reports}

    def heal(self) -> None:
        self.mislead(0, 0, 0)
        self.finish_all()
        for _ in range(2):
            # What the queue refused has stepped back, for ten minutes at most.
            self.world.loop.advance(self.world.loop.time() + 600)
            self.send()
            self.finish_all()
        told = {held.message.subject for held in self.world.queue.held if held.message}
        assert told == {str(report_id) for report_id in self.world.tables.reports}
        assert self.world.tables.outbox == []

    async def _write(self, *, will_commit: bool) -> None:
        request = Request(route="execute", user="alice", key=None, body="", number=self.world.ids.new().int)
        self.world.judge.asks(request)
        report = a_report(self.world.ids.new(), request.name, self.world.clock.now())
        with suppress(StorageUnavailableError, RolledBackError):
            async with self.world.unit_of_work().begin(an_origin()) as transaction:
                await transaction.reports.add(report)
                await transaction.outbox.record(added(report))
                if not will_commit:
                    raise RolledBackError

    async def _send(self) -> None:
        with suppress(StorageUnavailableError, QueueUnavailableError):
            await self.world.relay().once()
