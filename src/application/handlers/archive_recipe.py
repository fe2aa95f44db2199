"""ArchiveRecipe: take a recipe out of what is found."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.recipe_access import recipe_for_change
from domain.commands import ArchiveRecipe
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class ArchiveRecipeHandler:
    """For its owner and editors; records RecipeArchived."""

    clock: Clock

    async def handle(self, command: ArchiveRecipe, context: Context) -> Reference:
        """Return the recipe's reference."""
        recipe = await recipe_for_change(context, command.recipe_id, command.expected_version)
        changed, event = recipe.archive(self.clock.now())
        await context.transaction.recipes.save(changed)
        await context.transaction.outbox.record(event)
        return Reference(resource="recipe", id=recipe.id)
