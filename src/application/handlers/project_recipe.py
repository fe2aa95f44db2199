"""ProjectRecipe: keep each recipe's nutrition and allergens at hand, so that nobody need work them out to read them."""

from dataclasses import dataclass
from uuid import UUID

from application.context import Context
from application.ports.reads import CatalogueReads
from domain.events import RecipeAdded, RecipeArchived, RecipePublished, RecipeRevised
from domain.projection import RecipeProjection, project

NewVersion = RecipeAdded | RecipeRevised | RecipePublished | RecipeArchived


@dataclass(frozen=True, slots=True)
class ProjectRecipe:
    """Follows every version of a recipe; idempotent, and harmless when events come late or twice."""

    catalogue: CatalogueReads

    async def handle(self, event: NewVersion, context: Context) -> None:
        """Compute from the recipes as they are now, not from the event: a late event cannot bring back the past.

        All that use the recipe follow. Each is locked before its parts are read, so of two handlers the later one
        has read what the earlier one's event told.
        """
        current = await self.catalogue.current()
        recipes = context.transaction.recipes
        uses = await recipes.uses_around([event.recipe_id])
        locked = await recipes.lock({event.recipe_id, *uses.above(event.recipe_id)})
        known = {**await recipes.get_many(uses.below(locked) - locked.keys()), **locked}
        made: dict[UUID, RecipeProjection] = {}
        for recipe_id in uses.bottom_up(known):
            recipe = known[recipe_id].read_with(current.catalogue, known)
            made[recipe_id] = project(recipe, current.catalogue, current.name, made)
            if recipe_id in locked:
                await recipes.save_readings(recipe)
        await context.transaction.projections.save([made[recipe_id] for recipe_id in sorted(locked)])
