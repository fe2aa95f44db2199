"""One episode: an installation works under faults drawn from a seed, is healed, and must keep every promise."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.support.simulation.clients import Clients
from tests.support.simulation.loop import Process
from tests.support.simulation.world import LEASE_SECONDS, RETENTION, Parts, World

MOST_HEALING_STEPS = 40_000
LONGEST_JUMP_SECONDS = 3 * LEASE_SECONDS
SKEWS = (0.0, 0.0, 5.0, 3600.0, -3600.0, -90_000.0)


class UnexpectedError(Exception):
    """Something raised what nobody handles."""


@dataclass(slots=True)
class Episode:
    """`chaos_steps` under faults, then as many as it takes to come to rest."""

    seed: int
    parts: Parts
    steps: int = 0

    def run(self) -> World:
        """Raise BrokenPromiseError where a promise is broken; return what is left of the world."""
        draw = Random(self.seed)  # noqa: S311 (chance, not a secret)
        # Without upkeep no message may be forgotten, and then nothing may be lost either.
        has_upkeep = draw.random() < 0.5
        world = World(
            draw.getrandbits(60),
            self.parts,
            has_upkeep=has_upkeep,
            most_of_one_owner=draw.choice((2, 1_000_000)),
            most_sent_of_one_owner=draw.choice((1, 4, 1_000_000)),
        )
        # What is asked for anew after it was forgotten is done anew: then other systems' duplicates would be, too.
        faults = Faults(world, draw, is_long=has_upkeep and draw.random() < 0.3)
        try:
            with world.loop.running():
                faults.begin()
                for _ in range(draw.choice((100, 200, 400, 800))):
                    faults.step()
                    self._after_step(world)
                faults.heal()
                self._come_to_rest(world)
        finally:
            self.steps = world.loop.steps
            world.end()
        return world

    def _come_to_rest(self, world: World) -> None:
        for _ in range(MOST_HEALING_STEPS):
            if world.is_at_rest():
                break
            world.go_on()
            self._after_step(world)
        for process in world.processes:
            world.loop.look_after(process)
        self._after_step(world)
        world.judge.at_the_end(world.queue.inner, is_nothing_forgotten=not world.has_upkeep)
        world.judge.raise_broken()

    def _after_step(self, world: World) -> None:
        for process in [process for process in world.processes if process.is_doomed]:
            world.kill(process)
            world.start(process.name)
        if world.loop.steps != self.steps:
            self.steps = world.loop.steps
            world.judge.look()
        world.judge.raise_broken()
        if world.loop.errors:
            raise UnexpectedError(world.loop.errors[0])


class Faults:
    """What may go wrong, each with its own chance in this episode: some never, some often."""

    def __init__(self, world: World, draw: Random, *, is_long: bool) -> None:
        self._world = world
        self._draw = draw
        self._clients = Clients(world, draw)
        self._skews = (0.0,) if is_long else SKEWS
        actions: list[tuple[Callable[[], None], float]] = [
            (self._clients.ask, 0.1),
            (self._clients.cancel, 0.02),
            (self._clients.redrive, 0.02),
            (self._stall, 0.03),
            (self._kill, 0.02),
            (self._stop_worker, 0.01),
            (self._jump, 0.03),
            (self._pass_time, 0.1),
            (world.queue.duplicate, 0.03),
            (world.queue.show_again, 0.03),
        ]
        actions.append((self._sleep, 0.01) if is_long else (self._clients.send, 0.05))
        if world.has_upkeep:
            actions.append((self._forget, 0.01))
        # Few kinds of fault at a time reach deeper than all at once.
        self._actions = [
            (action, most * draw.random())
            for number, (action, most) in enumerate(actions)
            if number == 0 or draw.random() < 0.6
        ]

    def begin(self) -> None:
        """Start the processes, each with a clock of its own, and unreliable wires between them."""
        world, draw = self._world, self._draw
        for name, most in (("api", 2), ("relay", 2), ("worker", 3)):
            for _ in range(draw.randint(1, most)):
                world.start(name, draw.choice(self._skews))
        wire, queue = world.wire, world.queue
        world.haste = draw.choice((0, 0.5, 0.9))
        wire.slow = self._rate(0.3)
        wire.refused, wire.unanswered = self._rate(0.02), self._rate(0.02)
        queue.refused, queue.unanswered = self._rate(0.05), self._rate(0.05)
        queue.deletes_stale = draw.choice((0, 0.5, 1))
        queue.partly_failed, queue.duplicated, queue.delayed = self._rate(0.2), self._rate(0.3), self._rate(0.3)

    def step(self) -> None:
        """Do one thing: mostly a step of some process, now and then a fault."""
        for action, chance in self._actions:
            if self._draw.random() < chance:
                action()
                return
        self._world.go_on()

    def heal(self) -> None:
        """End all faults; what was killed is back, what was stopped goes on."""
        world = self._world
        world.wire.refused = world.wire.unanswered = 0
        world.queue.refused = world.queue.unanswered = world.queue.partly_failed = 0
        world.queue.duplicated = world.queue.delayed = world.haste = 0
        for process in world.processes:
            process.stalled_until = min(process.stalled_until, world.loop.time() + 1)

    def _rate(self, most: float) -> float:
        return self._draw.choice((0, 0, most * self._draw.random()))

    def _process(self) -> Process:
        return self._draw.choice(self._world.processes)

    def _stall(self) -> None:
        process = self._process()
        if process.stalled_until <= self._world.loop.time():
            self._world.loop.stall(process, self._draw.uniform(1, LONGEST_JUMP_SECONDS))

    def _kill(self) -> None:
        process = self._process()
        self._world.kill(process)
        self._world.start(process.name, self._draw.choice(self._skews))

    def _stop_worker(self) -> None:
        world = self._world
        if world.stops:
            process = self._draw.choice(list(world.stops))
            world.judge.hand_backs += 2  # it runs no more at once
            world.stops.pop(process).set()
            world.loop.drain()

    def _jump(self) -> None:
        self._world.loop.advance(self._world.loop.time() + self._draw.uniform(0, LONGEST_JUMP_SECONDS))

    def _sleep(self) -> None:
        """Let the time pass after which ended jobs go; nobody waits that long for an answer."""
        for process in [process for process in self._world.processes if process.name == "api"]:
            self._world.kill(process)
            self._world.start("api")
        self._clients.forget()
        self._world.loop.advance(self._world.loop.time() + 2 * RETENTION.total_seconds())

    def _pass_time(self) -> None:
        self._world.loop.advance(self._world.loop.time() + self._draw.uniform(0, 5))

    def _forget(self) -> None:
        self._world.queue.forget(self._draw.choice((0.1, 0.5, 1)))
