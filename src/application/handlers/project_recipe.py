"""ProjectRecipe: keep each recipe's nutrition and allergens at hand, so that nobody need work them out to read them."""

from dataclasses import dataclass

from application.context import Context
from application.ports.reads import CatalogueReads
from domain.events import RecipeAdded
from domain.projection import project


@dataclass(frozen=True, slots=True)
class ProjectRecipe:
    """Follows RecipeAdded; idempotent, and harmless when events come late or twice."""

    catalogue: CatalogueReads

    async def handle(self, event: RecipeAdded, context: Context) -> None:
        """Compute from the recipe as it is now, not from the event: a late event cannot bring back the past."""
        current = await self.catalogue.current()
        recipe = await context.transaction.recipes.get(event.recipe_id)
        if recipe is None:
            return
        read = recipe.read_with(current.catalogue)
        await context.transaction.recipes.save_readings(read)
        await context.transaction.projections.save([project(read, current.catalogue, current.name)])
