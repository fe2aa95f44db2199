"""When it is worth asking again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.pace import Pace, Recent, seconds_left
from application.ports.jobs import Backlog
from domain.job import Job, Progress
from tests.support.builders import a_job
from tests.support.fakes import FixedClock

NOW = a_job().created_at + timedelta(seconds=10)
RUNNING = a_job().start(a_job().created_at)
IDLE = Backlog(queued=0, oldest_seconds=0, finished_per_second=0)


def recent(backlog: Backlog = IDLE, **durations: float) -> Recent:
    return Recent(durations={kind.replace("_", "-"): taken for kind, taken in durations.items()}, backlog=backlog)


@pytest.mark.parametrize(
    ("job", "seen", "left"),
    [
        pytest.param(RUNNING, recent(generate_report=25), 15, id="a running job needs what its kind takes"),
        pytest.param(replace(RUNNING, progress=Progress(done=1, total=4)), recent(), 30, id="progress tells it better"),
        pytest.param(replace(RUNNING, progress=Progress(done=0, total=4)), recent(), -9, id="none tells nothing"),
        pytest.param(a_job(), recent(generate_report=3), 3, id="an idle queue adds nothing"),
        pytest.param(
            a_job(),
            recent(Backlog(queued=100, oldest_seconds=20, finished_per_second=5), generate_report=3),
            13,
            id="half of the queue is older, and is done at five a second",
        ),
        pytest.param(
            a_job(),
            recent(Backlog(queued=100, oldest_seconds=10, finished_per_second=5), generate_report=3),
            3,
            id="the oldest has nothing ahead of it",
        ),
    ],
)
def test_the_time_left_is_what_was_seen_of_late(job: Job, seen: Recent, left: float) -> None:
    assert seconds_left(job, NOW, seen) == pytest.approx(left)


@dataclass
class Seen:
    """Gives what was seen of late, and counts how often it is asked."""

    seen: Recent
    looks: int = 0

    async def durations(self) -> Mapping[str, float]:
        self.looks += 1
        return self.seen.durations

    async def backlog(self) -> Backlog:
        return self.seen.backlog


def a_pace(seen: Seen, clock: FixedClock) -> Pace:
    return Pace(reads=seen, upkeep=seen, clock=clock)  # type: ignore[arg-type]


@given(
    st.integers(0, 10**7),
    st.floats(0, 10**6),
    st.floats(0, 10**4),
    st.floats(0, 10**6),
    st.sampled_from([a_job(), RUNNING]),
)
async def test_retry_after_is_always_between_a_second_and_a_minute(
    queued: int, oldest: float, rate: float, taken: float, job: Job
) -> None:
    backlog = Backlog(queued=queued, oldest_seconds=oldest, finished_per_second=rate)
    pace = a_pace(Seen(recent(backlog, generate_report=taken)), FixedClock())
    assert 1 <= await pace.retry_after(job) <= 60


async def test_a_burst_looks_once() -> None:
    seen, clock = Seen(recent()), FixedClock()
    pace = a_pace(seen, clock)
    for _ in range(5):
        await pace.retry_after(a_job())
    clock.advance(6)
    await pace.retry_after(a_job())
    assert seen.looks == 2
