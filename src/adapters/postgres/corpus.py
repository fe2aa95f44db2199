"""What reports read: one repeatable-read transaction, a server-side cursor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from uuid import UUID

import asyncpg

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database, Session
from adapters.postgres.statements import load
from application.ports.reads import CorpusSnapshot, RecipeCorpus
from domain.job import Origin
from domain.report import Needs, RecipeSelection
from domain.reports.facts import RecipeFacts
from domain.reports.sources import Sources

COUNT = load("corpus_count")
RECIPES = load("corpus_recipes")
PARTS = load("corpus_parts")
VERSIONS = load("corpus_versions")
FINISHED = load("finished_report")
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresCorpusSnapshot:
    """One consistent view."""

    def __init__(self, session: Session, catalogue: PostgresCatalogueReads) -> None:
        """Read inside the session's transaction."""
        self._session = session
        self._catalogue = catalogue

    async def sources(self, needs: Needs) -> Sources:  # noqa: ARG002
        """Return what is named."""
        current = await self._catalogue.within(self._session)
        return Sources(
            catalogue=current.name,
            ingredients={ingredient.name: ingredient for ingredient in current.catalogue.ingredients},
        )

    async def versions(self, selection: RecipeSelection) -> str:
        """Name the selected recipes by a digest."""
        return str(await self._session.value(VERSIONS, *_conditions(selection)))

    async def report(self, fingerprint: str, owner: str) -> UUID | None:
        """Return the newest report that answers the same."""
        found: UUID | None = await self._session.value(FINISHED, owner, fingerprint)
        return found

    async def count(self, selection: RecipeSelection) -> int:
        """Return how many recipes are selected."""
        return int(await self._session.value(COUNT, *_conditions(selection)))

    async def parts(self, selection: RecipeSelection) -> list[RecipeFacts]:
        """Return the recipes that the selected ones use."""
        return [_facts(row) for row in await self._session.fetch(PARTS, *_conditions(selection))]

    async def chunks(self, selection: RecipeSelection, size: int) -> AsyncIterator[list[RecipeFacts]]:
        """Yield them ordered by id."""
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
