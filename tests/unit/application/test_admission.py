"""New work is refused, before anything is stored, while too much waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.admission import LONGEST_RETRY_SECONDS, Admission, OverloadedError
from application.ports.jobs import Backlog
from domain.commands import GenerateReport
from domain.report import ReportKind
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


def admission(app: InMemoryApplication, *, most_queued: int = 2, oldest_seconds: float = 100) -> Admission:
    return Admission(
        bus=app.bus, upkeep=app.jobs, clock=app.clock, most_queued=most_queued, oldest_seconds=oldest_seconds
    )


async def test_work_is_taken_while_there_is_room() -> None:
    app = InMemoryApplication()
    acceptance = await admission(app).defer(REPORT, an_origin())
    assert app.tables.jobs[acceptance.job.id] == acceptance.job


async def test_full_backlog_refuses_and_stores_nothing() -> None:
    app = InMemoryApplication()
    for _ in range(3):
        await app.bus.defer(REPORT, an_origin())
    with pytest.raises(OverloadedError):
        await admission(app, most_queued=2).defer(REPORT, an_origin())
    assert len(app.tables.jobs) == 3


async def test_old_backlog_refuses_however_short_it_is() -> None:
    app = InMemoryApplication()
    await app.bus.defer(REPORT, an_origin())
    app.clock.advance(101)
    with pytest.raises(OverloadedError):
        await admission(app, oldest_seconds=100).defer(REPORT, an_origin())


async def test_drained_backlog_takes_work_again_within_a_second() -> None:
    app = InMemoryApplication()
    door = admission(app, most_queued=0)
    job = (await app.bus.defer(REPORT, an_origin())).job
    with pytest.raises(OverloadedError):
        await door.defer(REPORT, an_origin())
    await app.run_job.run(job.id)
    app.clock.advance(1)
    assert not (await door.defer(REPORT, an_origin())).is_replay


class Told:
    """An upkeep that tells a given backlog."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    async def backlog(self) -> Backlog:
        return self._backlog


@given(
    queued=st.integers(11, 10**9),
    rate=st.floats(0.1, 10_000),
)
async def test_retry_after_is_what_the_excess_takes_within_bounds(queued: int, rate: float) -> None:
    app = InMemoryApplication()
    upkeep = Told(Backlog(queued=queued, oldest_seconds=0, finished_per_second=rate))
    door = Admission(bus=app.bus, upkeep=upkeep, clock=app.clock, most_queued=10, oldest_seconds=1)  # type: ignore[arg-type]
    with pytest.raises(OverloadedError) as refused:
        await door.defer(REPORT, an_origin())
    assert 1 <= refused.value.retry_after_seconds <= LONGEST_RETRY_SECONDS
    if refused.value.retry_after_seconds < LONGEST_RETRY_SECONDS:
        assert refused.value.retry_after_seconds * rate >= queued - 10


@pytest.mark.parametrize(("oldest_seconds", "retry_after"), [(101, 1), (200, 10), (400, 15), (10_000, 20)])
async def test_retry_after_of_an_old_backlog_is_what_its_older_part_takes(
    oldest_seconds: float, retry_after: int
) -> None:
    """200 jobs, 10 done a second, none may wait longer than 100 s: at 200 s half of them are too old."""
    app = InMemoryApplication()
    upkeep = Told(Backlog(queued=200, oldest_seconds=oldest_seconds, finished_per_second=10))
    door = Admission(bus=app.bus, upkeep=upkeep, clock=app.clock, most_queued=10**6, oldest_seconds=100)  # type: ignore[arg-type]
    with pytest.raises(OverloadedError) as refused:
        await door.defer(REPORT, an_origin())
    assert refused.value.retry_after_seconds == retry_after


async def test_burst_asks_for_the_backlog_once() -> None:
    class Counting(Told):
        asked = 0

        async def backlog(self) -> Backlog:
            self.asked += 1
            return await super().backlog()

    app = InMemoryApplication()
    upkeep = Counting(Backlog(queued=0, oldest_seconds=0, finished_per_second=0))
    door = Admission(bus=app.bus, upkeep=upkeep, clock=app.clock, most_queued=10, oldest_seconds=1)  # type: ignore[arg-type]
    for _ in range(5):
        await door.defer(REPORT, an_origin())
    assert upkeep.asked == 1
