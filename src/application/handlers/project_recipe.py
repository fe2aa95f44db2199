"""ProjectRecipe: keep each recipe's nutrition and allergens at hand, so that nobody need work them out to read them."""

from dataclasses import dataclass

from application.context import Context
from application.ports.reads import CatalogueReads
from application.projecting import project_recipes
from domain.events import RecipeAdded, RecipeArchived, RecipePublished, RecipeRevised

NewVersion = RecipeAdded | RecipeRevised | RecipePublished | RecipeArchived


@dataclass(frozen=True, slots=True)
class ProjectRecipe:
    """Follows every version of a recipe; idempotent, and harmless when events come late or twice."""

    catalogue: CatalogueReads

    async def handle(self, event: NewVersion, context: Context) -> None:
        """Compute from the recipe as it is now, not from the event: a late event cannot bring back the past."""
        current = await self.catalogue.current()
        await project_recipes(context.transaction, current, [event.recipe_id])
