"""PublishRecipe: let everybody find a recipe."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.recipe_access import recipe_for_change
from domain.commands import PublishRecipe
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class PublishRecipeHandler:
    """For its owner and editors; records RecipePublished."""

    clock: Clock

    async def handle(self, command: PublishRecipe, context: Context) -> Reference:
        """Return the recipe's reference."""
        recipe = await recipe_for_change(context, command.recipe_id, command.expected_version)
        changed, event = recipe.publish(self.clock.now())
        await context.transaction.recipes.save(changed)
        await context.transaction.outbox.record(event)
        return Reference(resource="recipe", id=recipe.id)
