"""The ingredient catalogue: replaced as a whole, read often, kept in memory by its version."""

import hashlib
from collections.abc import Sequence

from adapters.postgres.database import Database, Session
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import decode, encode
from application.ports.reads import CatalogueReads, CatalogueVersion
from application.ports.unit_of_work import CatalogueRepository
from domain.ingredient import Catalogue, Ingredient

VERSION = load("catalogue_version")
INGREDIENTS = load("catalogue_ingredients")
DELETE = load("delete_ingredients")
ADD = load("add_ingredients")
SET_VERSION = load("set_catalogue_version")
EMPTY = "empty"


class PostgresCatalogueRepository:
    """The writing side."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def replace(self, ingredients: Sequence[Ingredient]) -> None:
        """Make these the catalogue; its version is a digest of their definitions."""
        definitions = {ingredient.name: encode(ingredient) for ingredient in ingredients}
        digest = hashlib.sha256(b"\n".join(definitions[name] for name in sorted(definitions)))
        await self._session.row(DELETE)
        await self._session.row(ADD, list(definitions), [definition.decode() for definition in definitions.values()])
        await self._session.row(SET_VERSION, f"sha256:{digest.hexdigest()}")


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
        rows = await session.fetch(INGREDIENTS)
        catalogue = Catalogue([decode(row["definition"], Ingredient) for row in rows])
        self._known = CatalogueVersion(name=name, catalogue=catalogue)
        return self._known


_repository: type[CatalogueRepository] = PostgresCatalogueRepository
_reads: type[CatalogueReads] = PostgresCatalogueReads
