"""How long things take at most, in virtual time, while nothing but the one fault in question goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from domain.commands import GenerateReport
from domain.report import RecipeSelection, ReportKind
from tests.support.builders import an_origin
from tests.support.simulation.judge import Request
from tests.support.simulation.loop import Process
from tests.support.simulation.world import LEASE_SECONDS, World

MOST_STEPS = 400_000
FLOOD = 1_000
POLL_SECONDS = 1
"""The simulated queue answers a waiting poll only at its end."""


class Quiet:
    """An installation in which nothing goes wrong by itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.api = world.start("api")
        for name in ("relay", "worker", "worker"):
            world.start(name)

    def defer(self, owner: str, body: str, number: int) -> UUID:
        """Have a job accepted."""
        request = Request(route="defer", user=owner, key=None, body=body, number=number)
        self.world.judge.asks(request)
        command = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY, parameters=RecipeSelection(category=body))
        accepted = self.world.loop.spawn(
            self.api, self.world.bus(self.api).defer(command, an_origin(owner, request_id=request.name))
        )
        self.world.loop.drain()
        self.until(accepted.done)
        accepted.result()
        return next(reversed(self.world.tables.jobs))

    def until(self, is_so: Callable[[], bool]) -> None:
        """Let everything go on until something is so."""
        for _ in range(MOST_STEPS):
            if is_so():
                return
            self.world.go_on()
        pytest.fail("it did not become so")

    def now(self) -> float:
        return self.world.loop.time()


@contextmanager
def quiet_world(seed: int, *, most_of_one_owner: int = 1_000_000) -> Iterator[Quiet]:
    """Run an installation for the block."""
    world = World(seed, most_of_one_owner=most_of_one_owner, lateness_seconds=0.01, poll_seconds=POLL_SECONDS)
    with world.loop.running():
        try:
            yield Quiet(world)
        finally:
            world.end()


def waited_behind_a_flood(most_of_one_owner: int) -> float:
    """Return how many seconds one caller's job takes while another caller has a thousand waiting."""
    with quiet_world(1, most_of_one_owner=most_of_one_owner) as quiet:
        for number in range(FLOOD):
            quiet.defer("alice", "slow", number)
        began, job_id = quiet.now(), quiet.defer("bob", "steady", FLOOD)
        quiet.until(lambda: quiet.world.tables.jobs[job_id].status.is_terminal)
        return quiet.now() - began


def test_flood_of_one_caller_delays_another_by_seconds() -> None:
    """Each of the thousand takes ten seconds on average, and two run at once: the flood takes more than an hour."""
    assert waited_behind_a_flood(most_of_one_owner=2) < 30


def test_without_a_share_for_each_caller_it_would_be_the_flood() -> None:
    """Shows that the test above could fail."""
    assert waited_behind_a_flood(most_of_one_owner=1_000_000) > 100


@pytest.mark.parametrize("dies_after", [0, 1, 19, 21, 59, 100])
@pytest.mark.parametrize("is_shown_early", [False, True])
def test_job_of_a_killed_worker_runs_again_within_its_lease(dies_after: float, *, is_shown_early: bool) -> None:
    """Also where its message comes back first, while the lease still looks alive."""
    with quiet_world(int(dies_after)) as quiet:
        world = quiet.world
        job_id = quiet.defer("alice", "endless", 1)
        quiet.until(lambda: world.judge.begun[job_id] == 1)
        dies_at = quiet.now() + dies_after
        quiet.until(lambda: quiet.now() >= dies_at)
        process = world.judge.runner_of(job_id)
        assert isinstance(process, Process)
        world.kill(process)
        killed_at = quiet.now()
        if is_shown_early:
            quiet.until(lambda: quiet.now() >= killed_at + LEASE_SECONDS / 2)
            world.queue.show_again()
        quiet.until(lambda: world.judge.begun[job_id] == 2)
        assert quiet.now() - killed_at <= LEASE_SECONDS + 2 + POLL_SECONDS
