"""Writes that need no answer leave together at the end, as one statement that is made wholly or not at all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.postgres.database import Database
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.listener import listening
from adapters.postgres.outbox import PostgresOutboxStore, news_of_outbox
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from application.ports.jobs import ClaimTerms
from application.ports.unit_of_work import LeaseLostError, UnitOfWork
from domain.job import Job
from tests.support.builders import a_job, an_origin
from tests.support.fakes import CountingIds, FixedClock

MARKS = Statement("marks", "SELECT drill_id FROM drill_effect")


@pytest.fixture
def unit_of_work(database: Database) -> PostgresUnitOfWork:
    """Give transactions."""
    return PostgresUnitOfWork(database, CountingIds(), MessageTypes())


async def running(database: Database, lease_seconds: float = 60) -> Job:
    """Give a job that an attempt has begun."""
    jobs = PostgresJobStore(database, MessageTypes())
    await jobs.accept(a_job())
    return await claimed(database, lease_seconds)


async def claimed(database: Database, lease_seconds: float = 60) -> Job:
    """Give the job's next attempt."""
    job = await PostgresJobStore(database, MessageTypes()).claim(a_job().id, ClaimTerms(lease_seconds=lease_seconds))
    assert isinstance(job, Job)
    return job


async def end(unit_of_work: UnitOfWork, job: Job, request_id: str = "request-1") -> None:
    """Leave a mark, end the job and announce it once more, in one transaction."""
    ended, _ = job.succeed(None, FixedClock().now())
    async with unit_of_work.begin(an_origin(request_id=request_id)) as transaction:
        await transaction.drills.record("mark", attempt=job.attempt)
        await transaction.jobs.save(ended)
        await transaction.jobs.announce(job, delay_seconds=0)


async def marks(database: Database) -> int:
    """Count the marks."""
    async with database.session() as session:
        return len(await session.fetch(MARKS))


async def test_writes_of_a_transaction_are_one_statement(database: Database) -> None:
    seen: list[str] = []

    @contextmanager
    def observed(name: str) -> Iterator[None]:
        seen.append(name)
        yield

    job = await running(database)
    watched = Database(database.pool, lambda: observed, "test")
    await end(PostgresUnitOfWork(watched, CountingIds(), MessageTypes()), job)
    assert seen == ["record_drill and save_job and record_message"]
    assert await marks(database) == 1


async def test_stale_attempt_leaves_no_trace(database: Database, unit_of_work: PostgresUnitOfWork) -> None:
    stale = await running(database, lease_seconds=-1)
    await claimed(database)
    with pytest.raises(LeaseLostError):
        await end(unit_of_work, stale)
    assert await marks(database) == 0
    async with PostgresOutboxStore(database, 1_000).claim(10) as batch:
        assert [len(messages) for messages in batch.messages.values()] == [1], "only the first announcement"


async def test_stale_attempt_that_read_first_leaves_no_trace(
    database: Database, unit_of_work: PostgresUnitOfWork
) -> None:
    stale = await running(database, lease_seconds=-1)
    await claimed(database)
    ended, _ = stale.succeed(None, FixedClock().now())
    with pytest.raises(LeaseLostError):
        async with unit_of_work.begin(an_origin()) as transaction:
            await transaction.drills.record("mark", attempt=1)
            await transaction.jobs.lock(stale.id)
            await transaction.jobs.save(ended)
    assert await marks(database) == 0


async def test_answer_shows_the_writes_before_it(database: Database, unit_of_work: PostgresUnitOfWork) -> None:
    ended, _ = (await running(database)).succeed(None, FixedClock().now())
    async with unit_of_work.begin(an_origin()) as transaction:
        await transaction.jobs.save(ended)
        assert await transaction.jobs.lock(ended.id) == ended


async def test_failed_block_writes_nothing(database: Database, unit_of_work: PostgresUnitOfWork) -> None:
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work.begin(an_origin()) as transaction:
            await transaction.drills.record("mark", attempt=1)
            raise ZeroDivisionError
    assert await marks(database) == 0


async def test_message_among_the_writes_wakes_the_relay(
    database: Database, database_dsn: str, unit_of_work: PostgresUnitOfWork
) -> None:
    job = await running(database)
    woken: asyncio.Queue[None] = asyncio.Queue()
    async with listening(database_dsn, news_of_outbox(lambda: woken.put_nowait(None))):
        await woken.get()  # connected
        await end(unit_of_work, job)
        await woken.get()
