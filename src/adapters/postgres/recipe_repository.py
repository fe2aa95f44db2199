"""Recipes, and how their lines are read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.line_rows import line_columns
from adapters.postgres.statements import load
from adapters.wire.recipe_document import recipe_document, recipe_from
from application.ports.unit_of_work import RecipeRepository
from domain.composition import Composition
from domain.recipe import Recipe
from domain.search import facets_of, ingredient_facets, naming_facets

ADD = load("add_recipe")
GET = load("get_recipe")
GET_MANY = load("get_recipes")
LOCK = load("lock_recipes")
SAVE = load("save_recipe")
REMOVE = load("remove_recipe")
SAVE_READINGS = load("save_readings")
IDS = load("recipe_ids")
LOCK_USES = load("lock_uses")
USES_AROUND = load("uses_around")
NAMING = load("recipes_naming")
# An array of arrays would have to be rectangular.
_SEPARATOR = "\x1f"


class PostgresRecipeRepository:
    """Recipes as documents, with the columns that queries select by beside them."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add(self, recipe: Recipe) -> None:
        """Store a new recipe and its lines."""
        await self._session.row(
            ADD,
            recipe.id,
            recipe.owner,
            recipe.version,
            recipe.status.value,
            recipe.content.category,
            list(recipe.content.tags),
            recipe_document(recipe),
            recipe.created_at,
            recipe.updated_at,
            *line_columns(recipe.readings),
            sorted(facets_of(recipe)),
            sorted(ingredient_facets(recipe)),
        )

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""
        row = await self._session.row(GET, recipe_id)
        return None if row is None else recipe_from(row["document"])

    async def lock(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist, locked."""
        return _by_id(await self._session.fetch(LOCK, list(recipe_ids)))

    async def get_many(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist."""
        return _by_id(await self._session.fetch(GET_MANY, list(recipe_ids))) if recipe_ids else {}

    async def save(self, recipe: Recipe) -> None:
        """Store a new version."""
        await self._session.row(
            SAVE,
            recipe.id,
            recipe.version,
            recipe.status.value,
            recipe.content.category,
            list(recipe.content.tags),
            recipe_document(recipe),
            recipe.updated_at,
            sorted(facets_of(recipe)),
        )

    async def remove(self, recipe_id: UUID) -> None:
        """Remove it; its lines and projections go with it."""
        await self._session.row(REMOVE, recipe_id)

    async def save_readings(self, recipe: Recipe) -> None:
        """Keep how the lines are read now."""
        facets = (sorted(facets_of(recipe)), sorted(ingredient_facets(recipe)))
        await self._session.row(SAVE_READINGS, recipe.id, recipe.version, *line_columns(recipe.readings), *facets)

    async def ids(self, after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return the next ids in their order."""
        return [row["id"] for row in await self._session.fetch(IDS, after, limit)]

    async def naming(self, names: Collection[str], after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return the next ids of recipes that may name one of these."""
        asked = [_SEPARATOR.join(sorted(naming_facets(name))) for name in names]
        return [row["recipe_id"] for row in await self._session.fetch(NAMING, asked, after, limit)]

    async def lock_uses(self) -> None:
        """Wait until nobody else changes which recipe uses which."""
        await self._session.row(LOCK_USES)

    async def uses_around(self, recipe_ids: Collection[UUID]) -> Composition:
        """Return the uses among these, those below and those above."""
        uses: dict[UUID, set[UUID]] = {}
        for row in await self._session.fetch(USES_AROUND, list(recipe_ids)):
            uses.setdefault(row["recipe_id"], set()).add(row["sub_recipe_id"])
        return Composition(uses)


def _by_id(rows: Iterable[asyncpg.Record]) -> Mapping[UUID, Recipe]:
    recipes = [recipe_from(row["document"]) for row in rows]
    return {recipe.id: recipe for recipe in recipes}


_: type[RecipeRepository] = PostgresRecipeRepository
