"""Reads that show stored documents: one round trip, bytes passed through."""

from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.statements import load
from application.ports.reads import Document, RecipeReads, ReportReads
from domain.job import Origin

READ_RECIPE = load("read_recipe")
NEWEST_RECIPE = load("newest_recipe")
READ_REPORT = load("read_report")


class PostgresRecipeReads:
    """Recipes as they are shown."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def document(self, recipe_id: UUID, origin: Origin) -> Document | None:
        """Return the recipe unless it is another's draft."""
        async with self._database.session() as session:
            row = await session.row(READ_RECIPE, recipe_id, origin.principal.subject, self._database.label(origin))
        if row is None or row["document"] is None:
            return None
        return Document(row["document"], str(row["version"]))

    async def newest(self) -> UUID | None:
        """Return the id of the recipe published last."""
        async with self._database.session() as session:
            newest: UUID | None = await session.value(NEWEST_RECIPE)
        return newest


class PostgresReportReads:
    """Reports as they are shown."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def document(self, report_id: UUID, origin: Origin) -> Document | None:
        """Return the caller's report."""
        async with self._database.session() as session:
            row = await session.row(READ_REPORT, report_id, origin.principal.subject, self._database.label(origin))
        if row is None or row["document"] is None:
            return None
        return Document(row["document"], row["snapshot"])


_recipes: type[RecipeReads] = PostgresRecipeReads
_reports: type[ReportReads] = PostgresReportReads
