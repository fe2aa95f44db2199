"""The ingredient catalogue: changed seldom, read often, kept in memory by its version."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg

from adapters.postgres.database import Database, Session
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import decode, encode
from application.ports.reads import CatalogueReads, CatalogueVersion
from application.ports.unit_of_work import CatalogueRepository
from domain.ingredient import Catalogue, Ingredient
from domain.kept_ingredient import KeptIngredient, table_id

VERSION = load("catalogue_version")
INGREDIENTS = load("catalogue_ingredients")
LOCK = load("lock_catalogue")
SAVE = load("save_ingredient")
DELETE = load("delete_ingredients")
ADD = load("add_ingredients")
NAME = load("name_catalogue")
EMPTY = "empty"


class PostgresCatalogueRepository:
    """The writing side."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def replace(self, ingredients: Sequence[Ingredient]) -> None:
        """Make these the table."""
        definitions = {ingredient.name: encode(ingredient).decode() for ingredient in ingredients}
        await self._session.row(LOCK)
        await self._session.row(DELETE, list(definitions))
        await self._session.row(ADD, [*map(table_id, definitions)], list(definitions), list(definitions.values()))
        await self._session.row(NAME)

    async def lock(self) -> Mapping[UUID, KeptIngredient]:
        """Return all ingredients; whoever changes one waits until the transaction ends."""
        await self._session.row(LOCK)
        return _by_id(await self._session.fetch(INGREDIENTS))

    async def save(self, kept: KeptIngredient) -> None:
        """Store the ingredient, and name the catalogue anew."""
        definition = encode(kept.ingredient).decode()
        await self._session.row(SAVE, kept.id, kept.owner, kept.version, kept.ingredient.name, definition)
        await self._session.row(NAME)


class PostgresCatalogueReads:
    """The reading side: asks for the version each time, for the ingredients only when it has changed."""

    def __init__(self, database: Database) -> None:
        """Start with nothing known."""
        self._database = database
        self._known = CatalogueVersion(name=EMPTY, catalogue=Catalogue(()))

    async def current(self) -> CatalogueVersion:
        """Return the current catalogue; an empty one before the first was stored."""
        async with self._database.session() as session:
            return await self.within(session)

    async def within(self, session: Session) -> CatalogueVersion:
        """Return the catalogue that this session sees."""
        name = await session.value(VERSION) or EMPTY
        if name == self._known.name:
            return self._known
        kept = _by_id(await session.fetch(INGREDIENTS))
        catalogue = Catalogue([each.ingredient for each in kept.values()])
        self._known = CatalogueVersion(name=name, catalogue=catalogue, kept=kept)
        return self._known


def _by_id(rows: Iterable[asyncpg.Record]) -> Mapping[UUID, KeptIngredient]:
    return {
        row["id"]: KeptIngredient(
            id=row["id"],
            owner=row["owner"],
            version=row["version"],
            ingredient=decode(row["definition"], Ingredient),
        )
        for row in rows
    }


_repository: type[CatalogueRepository] = PostgresCatalogueRepository
_reads: type[CatalogueReads] = PostgresCatalogueReads
