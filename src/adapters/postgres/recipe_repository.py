"""Recipes, and how their lines are read."""

from uuid import UUID

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.line_rows import line_columns
from adapters.postgres.statements import load
from adapters.wire.recipe_document import recipe_document, recipe_from
from application.ports.unit_of_work import RecipeRepository
from domain.recipe import Recipe

ADD = load("add_recipe")
GET = load("get_recipe")
SAVE_READINGS = load("save_readings")


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
        )

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""
        row = await self._session.row(GET, recipe_id)
        return None if row is None else recipe_from(row["document"])

    async def save_readings(self, recipe: Recipe) -> None:
        """Keep how the lines are read now."""
        await self._session.row(SAVE_READINGS, recipe.id, recipe.version, *line_columns(recipe.readings))


_: type[RecipeRepository] = PostgresRecipeRepository
