"""PostgreSQL keeps the same contracts as the in-memory database, and some that only it can break."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database, open_pool
from adapters.postgres.job_news import news_of_jobs
from adapters.postgres.job_reads import PostgresJobReads
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.job_upkeep import PostgresJobLeases, PostgresJobUpkeep
from adapters.postgres.listener import listening
from adapters.postgres.outbox import PostgresOutboxStore, news_of_outbox
from adapters.postgres.reads import PostgresRecipeReads, PostgresReportReads
from adapters.postgres.recipe_index import PostgresRecipeIndex
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from application.ports.jobs import ClaimTerms
from application.ports.unit_of_work import StorageUnavailableError
from domain.allergens import RecipeAllergens
from domain.ingredient import Allergen
from domain.japanese_allergens import JapaneseAllergen
from domain.job import Job, JobStatus
from domain.listed_allergens import ListedAllergens
from tests.support.builders import a_job, an_origin
from tests.support.contracts.job_reads import JobReadsContract
from tests.support.contracts.job_store import JobStoreContract
from tests.support.contracts.outbox import OutboxContract
from tests.support.contracts.unit_of_work import StoredLine, UnitOfWorkContract
from tests.support.contracts.upkeep import UpkeepContract
from tests.support.fakes import CountingIds

MANY = 1_000_000


class TestPostgresJobStore(JobStoreContract):
    """Jobs."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())


class TestPostgresOutbox(OutboxContract):
    """The outbox."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database, database_dsn: str) -> AsyncIterator[None]:
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.leases = PostgresJobLeases(database)
        self.outbox = store = PostgresOutboxStore(database, MANY)
        self.narrow = PostgresOutboxStore(database, 2)
        async with listening(database_dsn, news_of_outbox(store.wake)):
            await store.wait(timeout_seconds=5)  # the first wake-up says that the listener is connected
            yield


class TestPostgresUnitOfWork(UnitOfWorkContract):
    """Transactions and reads."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.recipe_reads = PostgresRecipeReads(database)
        self.index = PostgresRecipeIndex(database)
        self.report_reads = PostgresReportReads(database)
        self.catalogue = PostgresCatalogueReads(database)
        self.outbox = PostgresOutboxStore(database, MANY)
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.database = database

    async def stored_lines(self, recipe_id: UUID) -> list[StoredLine]:
        async with self.database.session() as session:
            text = "SELECT * FROM recipe_line WHERE recipe_id = $1 ORDER BY position"
            rows = await session.fetch(Statement("lines", text), recipe_id)
        assert [row["position"] for row in rows] == list(range(len(rows)))
        return [
            (
                row["raw"],
                row["status"],
                row["ingredient"],
                (row["micrograms"], row["micrograms_low"], row["micrograms_high"]),
                row["is_optional"],
            )
            for row in rows
        ]

    async def stored_allergens(self, recipe_id: UUID) -> RecipeAllergens | None:
        async with self.database.session() as session:
            text = "SELECT * FROM recipe_allergen WHERE recipe_id = $1"
            row = await session.row(Statement("allergens", text), recipe_id)
        if row is None:
            return None
        eu = {name: frozenset(map(Allergen, row[name])) for name in ("contained", "possible", "unknown")}
        jp = {name: frozenset(map(JapaneseAllergen, row[f"jp_{name}"])) for name in ("contained", "possible", "free")}
        said = jp["contained"] | jp["possible"] | jp.pop("free")
        return RecipeAllergens(
            eu=ListedAllergens(listed=Allergen, **eu),
            jp=ListedAllergens(listed=JapaneseAllergen, unknown=frozenset(JapaneseAllergen) - said, **jp),
        )

    async def marks(self) -> list[tuple[str, int, str]]:
        async with self.database.session() as session:
            text = "SELECT drill_id, attempt, request_id FROM drill_effect ORDER BY committed_at"
            rows = await session.fetch(Statement("marks", text))
        return [(row["drill_id"], row["attempt"], row["request_id"]) for row in rows]


class TestPostgresUpkeep(UpkeepContract):
    """Leases, the reconciler and the housekeeper."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.leases = PostgresJobLeases(database)
        self.upkeep = PostgresJobUpkeep(database)
        self.outbox = PostgresOutboxStore(database, MANY)
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())


class TestPostgresJobReads(JobReadsContract):
    """Jobs as their owners see them."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.reads = PostgresJobReads(database, MessageTypes())
        self.upkeep = PostgresJobUpkeep(database)
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())


async def test_unreachable_server_is_storage_unavailable() -> None:
    with pytest.raises(StorageUnavailableError):
        async with open_pool("postgresql://nobody@127.0.0.1:1/none", size=1, service="test"):
            pass


async def test_connection_killed_in_a_transaction_is_storage_unavailable(database: Database, database_dsn: str) -> None:
    other = await asyncpg.connect(database_dsn)
    with pytest.raises(StorageUnavailableError):
        async with database.transaction(an_origin()) as session:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'test request%'"
            )
            await session.script("SELECT 1")
    await other.close()
    async with database.session() as session:
        await session.script("SELECT 1")


async def test_transaction_carries_its_request_as_application_name(database: Database) -> None:
    async with database.transaction(an_origin(request_id="request-4711")) as session:
        name = await session.value(_current_name())
    assert name == "test request-4711"


async def test_accepting_a_job_is_one_statement(database: Database, database_dsn: str) -> None:
    other = await asyncpg.connect(database_dsn)
    await other.execute("ALTER TABLE outbox ADD CONSTRAINT nothing_may_leave CHECK (false) NOT VALID")
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await PostgresJobStore(database, MessageTypes()).accept(a_job())
        assert await other.fetchval("SELECT count(*) FROM job") == 0
    finally:
        await other.execute("ALTER TABLE outbox DROP CONSTRAINT nothing_may_leave")
        await other.close()


def _current_name() -> Statement:
    return Statement("current_name", "SELECT current_setting('application_name')")


async def test_every_process_hears_of_each_change_of_a_job(database: Database, database_dsn: str) -> None:
    heard_of: list[tuple[UUID, JobStatus]] = []
    connected, ended = asyncio.Event(), asyncio.Event()

    def tell(job_id: UUID, status: JobStatus) -> None:
        heard_of.append((job_id, status))
        if status.is_terminal:
            ended.set()

    jobs = PostgresJobStore(database, MessageTypes())
    unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
    async with listening(database_dsn, news_of_jobs(tell, connected.set)):
        async with asyncio.timeout(20):
            await connected.wait()
            await jobs.accept(a_job())
            started = await jobs.claim(a_job().id, ClaimTerms(lease_seconds=60))
            assert isinstance(started, Job)
            async with unit_of_work.begin(an_origin()) as transaction:
                await transaction.jobs.save(started.succeed(None, started.created_at)[0])
            await ended.wait()
    assert {job_id for job_id, _ in heard_of} == {a_job().id}
    assert heard_of[-1][1] is JobStatus.SUCCEEDED


async def test_what_was_rolled_back_is_no_news(database: Database) -> None:
    unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
    jobs = PostgresJobStore(database, MessageTypes())
    await jobs.accept(a_job())
    with pytest.raises(LookupError):
        async with unit_of_work.begin(an_origin()) as transaction:
            job = await transaction.jobs.lock(a_job().id)
            assert job is not None
            await transaction.jobs.change(job.cancel(job.created_at)[0])
            raise LookupError
    assert database.notifications.unsent == 0
