"""Recipes as they are found: what is common among the newest, what is rare by an index, so that neither takes long."""

from datetime import UTC, datetime
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.statements import load
from adapters.wire.recipe_list import recipe_item
from application.ports.reads import RecipeIndex, RecipePage
from domain.job import Origin
from domain.recipe import RecipeStatus
from domain.search import RecipePlace, RecipeSearch

SEARCH = load("search_recipes")
PROBE = load("probe_recipes")
OWN = load("own_recipes")
NEWEST = RecipePlace(created_at=datetime(9999, 1, 1, tzinfo=UTC), recipe_id=UUID(int=2**128 - 1))


class PostgresRecipeIndex:
    """Pages by keyset: a page costs the same wherever it is."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    async def page(self, search: RecipeSearch, origin: Origin) -> RecipePage:
        """Return one page; one row more than asked for tells whether another follows."""
        after = search.after or NEWEST
        asked = (sorted(search.facets), after.created_at, after.recipe_id, search.limit + 1)
        async with self._database.session() as session:
            if search.status is not RecipeStatus.PUBLISHED:
                rows = await session.fetch(OWN, *asked, origin.principal.subject, search.status.value)
            else:
                rows = await session.fetch(PROBE, *asked)
                if search.facets and len(rows) <= search.limit:
                    rows = await session.fetch(SEARCH, *asked)
        shown = rows[: search.limit]
        last = shown[-1] if len(rows) > search.limit else None
        following = None if last is None else RecipePlace(created_at=last["created_at"], recipe_id=last["id"])
        return RecipePage([recipe_item(row["document"]) for row in shown], following)


_: type[RecipeIndex] = PostgresRecipeIndex
