"""The promises about jobs and keys on real connections: step by step against a model, and many at once."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings

from adapters.memory.telemetry import RecordingTelemetry
from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database, open_pool
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.job_upkeep import PostgresJobLeases
from adapters.postgres.migrate import migrate
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from application.bus import Bus, Execution
from application.dispatch import EVENT_HANDLERS, USE_CASES
from application.handlers.add_recipe import AddRecipeHandler
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import Acceptance, ClaimTerms
from application.ports.unit_of_work import LeaseLostError
from domain.commands import AddRecipe
from domain.errors import IdempotencyMismatchError, RequestInProgressError
from domain.job import Job, Reference
from tests.support.builders import a_content, a_job, an_origin
from tests.support.fakes import CountingIds, FixedClock
from tests.support.machines.job_lifecycle import JobLifecycle
from tests.support.machines.running import run_machine
from tests.support.simulation.handlers import UnusedHandler

FEW = settings(deadline=None, max_examples=50, stateful_step_count=20, print_blob=True)
AT_ONCE = 50
CONNECTIONS = 12
KEY = IdempotencyKey(scope="alice", key="k1", fingerprint="this")
TYPES = MessageTypes()


class PostgresStorage:
    """One pool for all examples; each begins without jobs."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner()
        self._opened = AsyncExitStack()
        pool = self.finish(self._opened.enter_async_context(open_pool(dsn, size=2, service="test")))
        self._database = Database(pool, lambda: None, "test")
        self.jobs = PostgresJobStore(self._database, TYPES)
        self.leases = PostgresJobLeases(self._database)
        self.unit_of_work = PostgresUnitOfWork(self._database, CountingIds(), TYPES)

    def emptied(self) -> "PostgresStorage":
        self.finish(
            self._database.pool.execute("TRUNCATE job, outbox, idempotency_record, webhook_delivery, webhook_attempt")
        )
        return self

    def finish(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 (whatever the work returns)
        return self._runner.run(work)

    def close(self) -> None:
        """Stay open for the next example."""

    def end(self) -> None:
        self.finish(self._opened.aclose())
        self._runner.close()


@pytest.fixture
def storage(postgres_dsn: str) -> Iterator[PostgresStorage]:
    """Give the storage that all examples share."""
    asyncio.run(migrate(postgres_dsn))
    storage = PostgresStorage(postgres_dsn)
    yield storage
    storage.end()


@pytest.fixture
async def wide(database_dsn: str) -> AsyncIterator[Database]:
    """Give an empty database with many connections."""
    async with open_pool(database_dsn, size=CONNECTIONS, service="test") as pool:
        yield Database(pool, lambda: None, "test")


def a_bus(database: Database) -> Bus:
    handlers = {case.handler for case in USE_CASES.values()}.union(*EVENT_HANDLERS.values())
    ids, clock = CountingIds(), FixedClock()
    return Bus(
        handlers={
            **dict.fromkeys(handlers, UnusedHandler()),
            AddRecipeHandler: AddRecipeHandler(PostgresCatalogueReads(database), clock, ids),
        },
        unit_of_work=PostgresUnitOfWork(database, ids, TYPES),
        jobs=PostgresJobStore(database, TYPES),
        clock=clock,
        ids=ids,
        telemetry=RecordingTelemetry(),
    )


async def claimed(jobs: PostgresJobStore, job: Job, lease_seconds: float) -> Job:
    started = await jobs.claim(job.id, ClaimTerms(lease_seconds=lease_seconds, is_alone=True))
    assert isinstance(started, Job)
    return started


async def succeeds(database: Database, attempt: Job) -> bool:
    """End the attempt; tell whether the fence let it."""
    ended, _ = attempt.succeed(Reference(resource="report", id=UUID(int=attempt.attempt)), FixedClock().now())
    try:
        async with PostgresUnitOfWork(database, CountingIds(), TYPES).begin(an_origin()) as transaction:
            await transaction.jobs.save(ended)
    except LeaseLostError:
        return False
    return True


def test_jobs_live_as_the_model_says(storage: PostgresStorage) -> None:
    run_machine(lambda: JobLifecycle(storage.emptied), FEW)


async def test_of_many_claims_at_once_one_wins(wide: Database) -> None:
    """Each is another worker's: those of one worker would wait for one another."""
    await PostgresJobStore(wide, TYPES).accept(a_job())
    terms = ClaimTerms(lease_seconds=60)
    answers = await asyncio.gather(*(PostgresJobStore(wide, TYPES).claim(a_job().id, terms) for _ in range(AT_ONCE)))
    [winner] = [answer for answer in answers if isinstance(answer, Job)]
    assert winner.attempt == 1


async def test_workers_that_claim_the_same_jobs_in_any_order_share_them(wide: Database) -> None:
    workers = [PostgresJobStore(wide, TYPES) for _ in range(CONNECTIONS)]
    jobs = [a_job(number) for number in range(1, AT_ONCE + 1)]
    for job in jobs:
        await workers[0].accept(job)
    orders = [jobs if number % 2 else jobs[::-1] for number in range(CONNECTIONS)]
    terms = ClaimTerms(lease_seconds=60)
    answers = await asyncio.gather(
        *(worker.claim(job.id, terms) for worker, order in zip(workers, orders, strict=True) for job in order)
    )
    begun = [answer for answer in answers if isinstance(answer, Job)]
    assert sorted(job.id for job in begun) == [job.id for job in jobs]
    assert {job.attempt for job in begun} == {1}


async def test_of_many_attempts_that_end_at_once_only_the_latest_does(wide: Database) -> None:
    jobs = PostgresJobStore(wide, TYPES)
    await jobs.accept(a_job())
    attempts = [await claimed(jobs, a_job(), lease_seconds=-1) for _ in range(CONNECTIONS)]
    ended = await asyncio.gather(*(succeeds(wide, attempt) for attempt in attempts))
    assert ended == [False] * (CONNECTIONS - 1) + [True]
    job = await jobs.get(a_job().id, owner="alice")
    assert job is not None
    assert job.result == Reference(resource="report", id=UUID(int=CONNECTIONS))


async def test_an_end_and_a_takeover_at_once_exclude_each_other(wide: Database) -> None:
    jobs = PostgresJobStore(wide, TYPES)
    for number in range(1, AT_ONCE + 1):
        job = a_job(number)
        await jobs.accept(job)
        attempt = await claimed(jobs, job, lease_seconds=-1)
        takeover, has_ended = await asyncio.gather(
            jobs.claim(job.id, ClaimTerms(lease_seconds=60)), succeeds(wide, attempt)
        )
        assert isinstance(takeover, Job) != has_ended


async def test_many_acceptances_with_one_key_make_one_job(wide: Database) -> None:
    jobs = PostgresJobStore(wide, TYPES)
    accepted: list[Acceptance] = await asyncio.gather(
        *(jobs.accept(a_job(number), KEY) for number in range(1, AT_ONCE + 1))
    )
    assert len({acceptance.job.id for acceptance in accepted}) == 1
    assert [acceptance.is_replay for acceptance in accepted].count(False) == 1
    assert await wide.pool.fetchval("SELECT count(*) FROM job") == 1
    assert await wide.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_of_two_requests_with_one_key_at_once_one_is_refused(wide: Database) -> None:
    jobs = PostgresJobStore(wide, TYPES)
    keys = [IdempotencyKey(scope="alice", key="k1", fingerprint=request) for request in ("this", "that")]
    answers = await asyncio.gather(
        *(jobs.accept(a_job(number), keys[number % 2]) for number in range(1, AT_ONCE + 1)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, IdempotencyMismatchError)]
    assert len(refused) == AT_ONCE / 2
    assert await wide.pool.fetchval("SELECT count(*) FROM job") == 1


async def test_many_executions_with_one_key_have_one_effect(wide: Database) -> None:
    bus, command = a_bus(wide), AddRecipe(content=a_content())
    answers = await asyncio.gather(
        *(bus.execute(command, an_origin(), KEY) for _ in range(AT_ONCE)), return_exceptions=True
    )
    done = [answer for answer in answers if isinstance(answer, Execution)]
    assert [answer for answer in answers if not isinstance(answer, Execution | RequestInProgressError)] == []
    assert [execution.is_replay for execution in done].count(False) == 1
    assert len({execution.reference for execution in done}) == 1
    assert await wide.pool.fetchval("SELECT count(*) FROM recipe") == 1
    assert (await bus.execute(command, an_origin(), KEY)).reference == done[0].reference
