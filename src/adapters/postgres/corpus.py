"""Bulk reading for reports: one repeatable-read transaction, a server-side cursor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from adapters.postgres.database import Database, Session
from adapters.postgres.statements import load
from adapters.wire.codec import decode
from adapters.wire.recipe_document import recipe_from
from application.ports.reads import CorpusRecipe, CorpusSnapshot, RecipeCorpus
from domain.job import Origin
from domain.nutrition import RecipeNutrition
from domain.report import RecipeSelection

COUNT = load("corpus_count")
RECIPES = load("corpus_recipes")
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresCorpusSnapshot:
    """One consistent view."""

    def __init__(self, session: Session, selection: RecipeSelection, catalogue: str) -> None:
        """Read inside the session's transaction."""
        self._session = session
        self._selected = (list(selection.recipe_ids) or None, selection.category, selection.tag)
        self._catalogue = catalogue

    async def count(self) -> int:
        """Return how many recipes are selected."""
        return int(await self._session.value(COUNT, *self._selected))

    async def chunks(self, size: int) -> AsyncIterator[list[CorpusRecipe]]:
        """Yield them ordered by id."""
        async for rows in self._session.rows(RECIPES, *self._selected, self._catalogue, size=size):
            yield [_corpus_recipe(row) for row in rows]


class PostgresRecipeCorpus:
    """Opens snapshots."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    @asynccontextmanager
    async def snapshot(
        self, selection: RecipeSelection, *, catalogue: str, origin: Origin
    ) -> AsyncIterator[CorpusSnapshot]:
        """Open one consistent view."""
        async with self._database.transaction(origin, begin=SNAPSHOT) as session:
            yield PostgresCorpusSnapshot(session, selection, catalogue)


def _corpus_recipe(row: asyncpg.Record) -> CorpusRecipe:
    recipe = recipe_from(row["document"])
    return CorpusRecipe(
        id=row["id"],
        version=row["version"],
        name=recipe.content.name,
        category=recipe.content.category,
        servings=recipe.content.servings,
        lines=recipe.content.lines,
        nutrition=decode(row["nutrition"], RecipeNutrition) if row["nutrition"] else None,
    )


_: type[RecipeCorpus] = PostgresRecipeCorpus
