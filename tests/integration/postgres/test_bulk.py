"""PostgreSQL keeps the same contracts as the in-memory database for what comes and goes in bulk."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from adapters.postgres.bulk_results import PostgresExportReads, PostgresImportReads
from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database
from adapters.postgres.job_reads import PostgresJobReads
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.job_upkeep import PostgresJobUpkeep
from adapters.postgres.reads import PostgresRecipeReads
from adapters.postgres.recipe_index import PostgresRecipeIndex
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.postgres.uploads import PostgresUploadStore
from adapters.system import SystemClock, UuidFactory
from adapters.wire.codec import MessageTypes
from application.context import Context, ProgressReporter, SilentProgress
from application.handlers.import_recipes import ImportRecipesHandler
from application.ports.jobs import ClaimTerms
from application.ports.unit_of_work import StorageUnavailableError
from domain.commands import ImportRecipes
from domain.errors import JobCancelledError
from domain.job import Job, Reference
from domain.recipe_export import RecipeExport
from domain.recipe_import import RecipeImport
from entrypoints.recipe_lines import SchemaOrgLines
from tests.support.builders import a_job, an_origin
from tests.support.contracts.bulk import CAKE, NOW, RICE, SOUP, UPLOAD, BulkContract
from tests.support.dirt import good_line
from tests.support.fakes import CountingIds

FOLLOWERS = ("recipe_line", "recipe_search", "recipe_nutrition", "recipe_allergen")


@dataclass
class At:
    """Does something when progress is reported for the nth time."""

    left: int
    act: Callable[[], Awaitable[None]]

    async def report(self, done: int, total: int) -> None:
        del done, total
        self.left -= 1
        if self.left == 0:
            await self.act()


class TestPostgresBulk(BulkContract):
    """Uploads, imports and exports."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.database = database
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.uploads = PostgresUploadStore(database)
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.catalogue = PostgresCatalogueReads(database)
        self.recipe_reads = PostgresRecipeReads(database)
        self.index = PostgresRecipeIndex(database)
        self.imports = PostgresImportReads(database)
        self.exports = PostgresExportReads(database)

    async def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Return a table's rows, ordered by all their columns."""
        named = ", ".join(columns) or "count(*)"
        async with self.database.session() as session:
            text = f"SELECT {named} FROM {table} ORDER BY {named}"  # noqa: S608 (names from this file)
            rows = await session.fetch(Statement(table, text))
        return [tuple(row) for row in rows]

    async def test_a_batch_leaves_the_same_rows_as_adding_one_by_one(self) -> None:
        rice, soup = await self.made(RICE, tags=("quick",)), await self.made(SOUP, "Soup")
        await self.batch(rice)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(soup.recipe)
            await transaction.projections.save([soup.projection])
        for table, columns in (
            ("recipe", ("owner", "version", "status", "category", "servings", "created_at", "updated_at")),
            ("recipe_line", ("position", "raw", "parser_version", "confidence", "status", "ingredient", "micrograms")),
            ("recipe_search", ("owner", "status", "created_at", "ingredients", "free_from")),
            ("recipe_nutrition", ("recipe_version", "catalogue_version", "nutrition::text")),
            ("recipe_allergen", ("recipe_version", "catalogue_version", "contained", "possible", "unknown")),
            ("recipe_allergen", ("jp_contained", "jp_possible", "jp_free")),
        ):
            rows = await self.rows(table, *columns)
            assert rows[::2] == rows[1::2], table

    async def test_results_expire_with_their_jobs_and_their_owner_is_told(self) -> None:
        finished = RecipeImport(
            id=RICE, owner="alice", lines=0, added=0, known=0, refused=0, problems=(), created_at=NOW
        )
        export = RecipeExport(id=SOUP, owner="alice", recipes=0, parts=1, digest="sha256:1", created_at=NOW)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.imports.add(finished)
            await transaction.exports.add_part(SOUP, 0, b"")
            await transaction.exports.add(export)
        for number, reference in (
            (1, Reference(resource="import", id=RICE)),
            (2, Reference(resource="export", id=SOUP)),
        ):
            await self.jobs.accept(a_job(number))
            started = await self.jobs.claim(UUID(int=number), ClaimTerms(lease_seconds=60))
            assert isinstance(started, Job)
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.jobs.save(started.succeed(reference, NOW)[0])
        assert await PostgresJobUpkeep(self.database).expire(older_than=timedelta(days=-10_000), limit=10) == 2
        assert await self.imports.document(RICE, an_origin()) is None
        assert await self.exports.find(SOUP, an_origin()) is None
        assert await self.rows("recipe_export_part") == [(0,)]
        reads = PostgresJobReads(self.database, MessageTypes())
        assert [await reads.is_expired(each, owner="alice") for each in (RICE, SOUP, CAKE)] == [True, True, False]

    async def test_an_import_that_is_cancelled_or_loses_its_connection_leaves_nothing_and_begins_anew(self) -> None:
        handler = ImportRecipesHandler(SchemaOrgLines(), self.catalogue, SystemClock(), UuidFactory(SystemClock()))
        await self.uploaded(UPLOAD, *(good_line(number) + b"\n" for number in range(6)))

        async def attempt(progress: ProgressReporter) -> Reference:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                context = Context(origin=an_origin(), transaction=transaction, progress=progress)
                return await handler.handle(ImportRecipes(upload_id=UPLOAD), context)

        with pytest.raises(JobCancelledError):
            await attempt(At(4, self.cancel))
        with pytest.raises(StorageUnavailableError):
            await attempt(At(4, self.cut))
        assert [await self.rows(table) for table in ("recipe", *FOLLOWERS)] == [[(0,)]] * 5
        assert await self.found() is not None
        reference = await attempt(SilentProgress())
        document = await self.imports.document(reference.id, an_origin())
        assert document is not None
        assert msgspec.json.decode(document.body)["added"] == 6
        assert await self.rows("recipe") == [(6,)]
        assert await self.rows("upload_part") == [(0,)]

    async def cancel(self) -> None:
        raise JobCancelledError("The job was cancelled.")

    async def cut(self) -> None:
        """Take the connection from under every transaction that is open."""
        text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        async with self.database.session() as session:
            assert await session.fetch(Statement("cut", text))

    async def test_parts_go_with_their_upload(self) -> None:
        await self.uploaded(UPLOAD, b"one", b"two")
        await self.uploads.discard(UPLOAD)
        assert await self.rows("upload_part") == [(0,)]
