"""Waiting for a job: woken by news, asking nothing in between, never past the time or the stop."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from application.job_watch import JobWatch
from application.ports.jobs import JobStore
from domain.job import Job, JobStatus
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job

LONG = 30.0


@dataclass
class CountingReads:
    """Counts how often a job is read."""

    inner: JobStore
    reads: int = 0
    has_read: asyncio.Event = field(default_factory=asyncio.Event)

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        self.reads += 1
        self.has_read.set()
        return await self.inner.get(job_id, owner=owner)


class Waiting:
    """One who waits for the end of a job, on an application of its own."""

    def __init__(self) -> None:
        self.app = InMemoryApplication()
        self.store = CountingReads(self.app.jobs)
        self.watch = JobWatch(jobs=self.store)  # type: ignore[arg-type]
        self.app.tables.followers.append(self.watch.told)

    def begin(self, *, seconds: float = LONG, ends_only: bool = True) -> "asyncio.Task[Job | None]":
        until = self.watch.until(is_over, a_job().id, owner="alice", seconds=seconds, ends_only=ends_only)
        return asyncio.create_task(until)


def is_over(job: Job) -> bool:
    return job.status.is_terminal


async def test_who_waits_reads_once_before_and_once_after() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    waiting = case.begin()
    await case.store.has_read.wait()
    await case.app.run_job.run(a_job().id)
    job = await waiting
    assert job is not None
    assert job.status is JobStatus.SUCCEEDED
    assert case.store.reads == 2


async def test_who_follows_every_change_looks_at_each() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    waiting = case.begin(ends_only=False)
    await case.store.has_read.wait()
    for _ in range(2):
        before = case.store.reads
        case.watch.told(a_job().id, JobStatus.RUNNING)
        while case.store.reads == before:
            await asyncio.sleep(0)
    case.watch.stop()
    await waiting


async def test_news_of_other_jobs_wake_nobody() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    with case.watch.following(a_job().id) as follower:
        case.watch.told(UUID(int=99), JobStatus.SUCCEEDED)
        assert not await follower.changed(timeout_seconds=0)


async def test_lost_news_are_made_up_for_by_a_last_look() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    case.app.tables.followers.clear()
    waiting = case.begin(seconds=0.05)
    await case.store.has_read.wait()
    await case.app.run_job.run(a_job().id)
    job = await waiting
    assert job is not None
    assert job.status is JobStatus.SUCCEEDED


async def test_a_break_in_the_news_wakes_everybody() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    case.app.tables.followers.clear()
    waiting = case.begin()
    await case.store.has_read.wait()
    await case.app.run_job.run(a_job().id)
    case.watch.told_unknown()
    job = await waiting
    assert job is not None
    assert job.status is JobStatus.SUCCEEDED


async def test_nobody_begins_to_wait_once_the_process_stops() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    case.watch.stop()
    job = await case.begin()
    assert job is not None
    assert job.status is JobStatus.QUEUED


async def test_a_job_that_is_gone_is_not_waited_for() -> None:
    assert await Waiting().begin() is None


async def test_nothing_is_left_of_those_who_waited() -> None:
    case = Waiting()
    await case.app.jobs.accept(a_job())
    with case.watch.following(a_job().id), case.watch.following(a_job().id):
        assert case.watch.followed == 2
    assert case.watch.followed == 0
