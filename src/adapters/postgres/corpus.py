"""What reports read: one repeatable-read transaction, a server-side cursor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from uuid import UUID

import asyncpg

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database, Session
from adapters.postgres.statements import load
from adapters.wire.menu_plan_document import menu_plan_from
from adapters.wire.price_list_document import price_list_from
from application.ports.reads import CorpusSnapshot, RecipeCorpus, SelectedRecipes
from domain.job import Origin
from domain.report import Needs, RecipeSelection
from domain.reports.facts import RecipeFacts
from domain.reports.sources import Sources

RECIPES = load("corpus_recipes")
PARTS = load("corpus_parts")
SELECTED = load("corpus_selected")
FINISHED = load("finished_report")
PRICE_LIST = load("read_price_list")
MENU_PLAN = load("read_menu_plan")
# A report reads everything once: sorting it in memory is worth what it takes, compiling the statement is not.
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"


class PostgresCorpusSnapshot:
    """One consistent view."""

    def __init__(self, session: Session, catalogue: PostgresCatalogueReads) -> None:
        """Read inside the session's transaction."""
        self._session = session
        self._catalogue = catalogue

    async def sources(self, needs: Needs) -> Sources:
        """Return what is named."""
        current = await self._catalogue.within(self._session)
        prices = await self._session.value(PRICE_LIST, needs.price_list_id)
        plan = await self._session.value(MENU_PLAN, needs.menu_plan_id)
        return Sources(
            catalogue=current.name,
            ingredients={ingredient.name: ingredient for ingredient in current.catalogue.ingredients},
            price_list=None if prices is None else price_list_from(prices),
            menu_plan=None if plan is None else menu_plan_from(plan),
        )

    async def selected(self, selection: RecipeSelection) -> SelectedRecipes:
        """Count the selected recipes, and name them by a digest that does not depend on their order."""
        row = await self._session.row(SELECTED, *_conditions(selection))
        return SelectedRecipes(row["recipes"], f"{row['one']}:{row['other']}") if row else SelectedRecipes(0, "")

    async def report(self, fingerprint: str, owner: str) -> UUID | None:
        """Return the newest report that answers the same."""
        found: UUID | None = await self._session.value(FINISHED, owner, fingerprint)
        return found

    async def parts(self, selection: RecipeSelection) -> list[RecipeFacts]:
        """Return the recipes that the selected ones use."""
        return [_facts(row) for row in await self._session.fetch(PARTS, *_conditions(selection))]

    async def chunks(self, selection: RecipeSelection, size: int) -> AsyncIterator[list[RecipeFacts]]:
        """Yield them."""
        async for rows in self._session.rows(RECIPES, *_conditions(selection), size=size):
            yield [_facts(row) for row in rows]


class PostgresRecipeCorpus:
    """Opens snapshots."""

    def __init__(self, database: Database, catalogue: PostgresCatalogueReads) -> None:
        """Take the database, and the catalogue that is already known."""
        self._database = database
        self._catalogue = catalogue

    @asynccontextmanager
    async def snapshot(self, origin: Origin) -> AsyncIterator[CorpusSnapshot]:
        """Open one consistent view."""
        async with self._database.transaction(origin, begin=SNAPSHOT) as session:
            yield PostgresCorpusSnapshot(session, self._catalogue)


def _facts(row: asyncpg.Record) -> RecipeFacts:
    servings = row["servings"]
    return RecipeFacts(
        id=row["id"],
        version=row["version"],
        name=row["name"],
        category=row["category"],
        servings=None if servings is None else Fraction(servings),
        lines=row["lines"],
        resolved=row["resolved"],
        ingredients=row["ingredients"] or (),
        weights=row["weights"] or (),
        unread=row["unread"] or (),
        parts=tuple(zip(row["parts"], row["part_millionths"], strict=True)) if row["parts"] else (),
    )


def _conditions(selection: RecipeSelection) -> tuple[object, ...]:
    return list(selection.recipe_ids) or None, selection.category, selection.tag


_: type[RecipeCorpus] = PostgresRecipeCorpus
