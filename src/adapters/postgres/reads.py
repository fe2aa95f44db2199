"""Reads that show stored documents: one round trip, bytes passed through."""

from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.statements import Statement, load
from application.ports.reads import Document, PlanningReads, RecipeReads, ReportReads
from domain.job import Origin

READ_RECIPE = load("read_recipe")
NEWEST_RECIPE = load("newest_recipe")
READ_REPORT = load("read_report")
SHOW_PRICE_LIST = load("show_price_list")
SHOW_MENU_PLAN = load("show_menu_plan")


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
        return Document(row["document"], str(row["version"]), row["is_shared"])

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


class PostgresPlanningReads:
    """Price lists and menu plans as they are shown."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def price_list(self, price_list_id: UUID, origin: Origin) -> Document | None:
        """Return the price list, to its owner and to editors."""
        return await self._shown(SHOW_PRICE_LIST, price_list_id, origin)

    async def menu_plan(self, menu_plan_id: UUID, origin: Origin) -> Document | None:
        """Return the menu plan, to its owner and to editors."""
        return await self._shown(SHOW_MENU_PLAN, menu_plan_id, origin)

    async def _shown(self, statement: Statement, identifier: UUID, origin: Origin) -> Document | None:
        principal = origin.principal
        async with self._database.session() as session:
            label = self._database.label(origin)
            row = await session.row(statement, identifier, principal.subject, principal.may_edit(""), label)
        if row is None or row["document"] is None:
            return None
        return Document(row["document"], str(row["version"]))


_planning: type[PlanningReads] = PostgresPlanningReads
_recipes: type[RecipeReads] = PostgresRecipeReads
_reports: type[ReportReads] = PostgresReportReads
