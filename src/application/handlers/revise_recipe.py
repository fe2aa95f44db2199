"""ReviseRecipe: write a recipe anew."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.ports.reads import CatalogueReads
from application.recipe_access import recipe_for_change, usable_parts
from domain.commands import ReviseRecipe
from domain.job import Reference
from domain.recipe import read_lines


@dataclass(frozen=True, slots=True)
class ReviseRecipeHandler:
    """For its owner and editors; keeps the status, counts the version up and records RecipeRevised."""

    catalogue: CatalogueReads
    clock: Clock

    async def handle(self, command: ReviseRecipe, context: Context) -> Reference:
        """Return the recipe's reference."""
        current = await self.catalogue.current()
        parts = await usable_parts(context, command.recipe_id, command.content)
        recipe = await recipe_for_change(context, command.recipe_id, command.expected_version)
        readings = read_lines(command.content, current.catalogue, parts)
        revised, event = recipe.revise(command.content, readings, self.clock.now())
        await context.transaction.recipes.save(revised)
        await context.transaction.recipes.save_readings(revised)
        await context.transaction.outbox.record(event)
        return Reference(resource="recipe", id=recipe.id)
