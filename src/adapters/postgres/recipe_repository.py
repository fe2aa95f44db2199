"""Recipes and their projected nutrition."""

from uuid import UUID

from adapters.postgres.database import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import encode
from adapters.wire.recipe_document import recipe_document, recipe_from
from application.ports.unit_of_work import NutritionRepository, RecipeRepository
from domain.nutrition import RecipeNutrition
from domain.recipe import Recipe

ADD = load("add_recipe")
GET = load("get_recipe")
SAVE_NUTRITION = load("save_nutrition")


class PostgresRecipeRepository:
    """Recipes as documents, with the columns that queries select by beside them."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def add(self, recipe: Recipe) -> None:
        """Store a new recipe."""
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
        )

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""
        row = await self._session.row(GET, recipe_id)
        return None if row is None else recipe_from(row["document"])


class PostgresNutritionRepository:
    """The projection, kept per recipe."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def save(self, recipe_id: UUID, version: int, catalogue: str, nutrition: RecipeNutrition) -> None:
        """Keep it, unless a newer version was projected before."""
        await self._session.row(SAVE_NUTRITION, recipe_id, version, catalogue, encode(nutrition))


_recipes: type[RecipeRepository] = PostgresRecipeRepository
_nutrition: type[NutritionRepository] = PostgresNutritionRepository
