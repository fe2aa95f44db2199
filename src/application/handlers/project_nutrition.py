"""ProjectNutrition: keep each recipe's nutrition at hand, so that reports need not read its lines."""

from dataclasses import dataclass

from application.context import Context
from application.ports.reads import CatalogueReads
from domain.events import RecipeAdded
from domain.ingredient_line import parse_line
from domain.nutrition import nutrition_of


@dataclass(frozen=True, slots=True)
class ProjectNutrition:
    """Follows RecipeAdded; idempotent, and harmless when events come late or twice."""

    catalogue: CatalogueReads

    async def handle(self, event: RecipeAdded, context: Context) -> None:
        """Compute from the recipe as it is now, not from the event: a late event cannot bring back the past."""
        current = await self.catalogue.current()
        recipe = await context.transaction.recipes.get(event.recipe_id)
        if recipe is None:
            return
        lines = [current.catalogue.resolve(parse_line(line)) for line in recipe.content.lines]
        nutrition = nutrition_of(lines, current.catalogue)
        await context.transaction.nutrition.save(recipe.id, recipe.version, current.name, nutrition)
