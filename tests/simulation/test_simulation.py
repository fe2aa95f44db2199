"""The real parts under simulated faults: every promise holds, and each flaw is noticed."""

import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import pytest

from tests.simulation.flaws import FLAWS
from tests.support.simulation.episode import Episode
from tests.support.simulation.judge import BrokenPromiseError
from tests.support.simulation.world import Parts

MOST_EPISODES_TO_CATCH = 3_000
MUST_HAPPEN = (
    "job.fenced",
    "job.cancelled",
    "job.retried",
    "job.refused",
    "upkeep.announced_again",
    "keeper.lease_lost",
    "keeper.message_exchanged",
    "message.refused",
    "job.alone",
    "job.expired",
    "job.redriven",
)
ENOUGH_EPISODES = 500
"""After so many, everything that may happen has happened."""
APART = 1_000_000_000
"""What the seeds of two processes are apart, so that none looks at another's episodes."""


@dataclass(slots=True)
class Tally:
    """What a run of episodes saw."""

    first_seed: int
    began: float = field(default_factory=time.monotonic)
    episodes: int = 0
    steps: int = 0
    told: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        seconds = time.monotonic() - self.began
        rate = self.steps / seconds
        return f"seed {self.first_seed} episodes {self.episodes} steps {self.steps} in {seconds:.1f} s ({rate:.0f}/s)"

    def next(self, parts: Parts) -> None:
        """Run one more episode."""
        seed = self.first_seed + self.episodes
        episode = Episode(seed, parts)
        self.episodes += 1
        try:
            world = episode.run()
        except BrokenPromiseError as broken:
            replay = f"pytest tests/simulation -k promise --simulation-seed {seed} --simulation-episodes 1"
            raise BrokenPromiseError(f"{broken}\nreplay: {replay}\n{self}") from broken
        finally:
            self.steps += episode.steps
        self.told += world.judge.told


def looked(first_seed: int, seconds: float, wanted: int | None = None) -> Tally:
    """Run episodes until the time is over, or as many as are wanted."""
    tally = Tally(first_seed)
    while tally.episodes < wanted if wanted is not None else time.monotonic() - tally.began < seconds:
        tally.next(Parts())
    return tally


@pytest.mark.timeout(0)
def test_every_promise_holds_under_faults(
    first_seed: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs until its time is over, an episode on each processor; asking for more seconds looks deeper."""
    seconds: float = request.config.getoption("--simulation-seconds")
    wanted: int | None = request.config.getoption("--simulation-episodes")
    if wanted is not None:
        tallies = [looked(first_seed, seconds, wanted)]
    else:
        processes = os.cpu_count() or 1
        seeds = [first_seed + number * APART for number in range(processes)]
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            tallies = list(pool.map(looked, seeds, [seconds] * processes))
    with capsys.disabled():
        for tally in tallies:
            print(f"\nsimulation: {tally}", end="")  # noqa: T201 (the figures are what the run is for)
    if sum(tally.episodes for tally in tallies) >= ENOUGH_EPISODES:
        assert [name for name in MUST_HAPPEN if not any(tally.told[name] for tally in tallies)] == []


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", FLAWS)
def test_flaw_is_caught(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A simulation that no longer notices a known flaw proves nothing about the unknown ones."""
    tally = Tally(first_seed=1)
    with pytest.raises(BrokenPromiseError):
        while tally.episodes < MOST_EPISODES_TO_CATCH:
            tally.next(FLAWS[name])
    with capsys.disabled():
        print(f"\n{name}: caught in episode {tally.episodes}", end="")  # noqa: T201 (a growing number is a warning)


def test_same_seed_gives_the_same_episode() -> None:
    """Without this, a printed seed would be of no use."""
    runs = [Episode(7, Parts()) for _ in range(2)]
    first, second = (episode.run() for episode in runs)
    assert runs[0].steps == runs[1].steps > 0
    assert list(first.tables.jobs.values()) == list(second.tables.jobs.values())
    assert first.judge.told == second.judge.told
