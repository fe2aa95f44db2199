"""DeleteRecipe: remove a recipe that no other recipe uses."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.recipe_access import recipe_for_change
from domain.commands import DeleteRecipe
from domain.errors import RecipeInUseError


@dataclass(frozen=True, slots=True)
class DeleteRecipeHandler:
    """For its owner and editors; records RecipeDeleted."""

    clock: Clock

    async def handle(self, command: DeleteRecipe, context: Context) -> None:
        """Remove it, and what follows from it."""
        recipes = context.transaction.recipes
        await recipes.lock_uses()
        recipe = await recipe_for_change(context, command.recipe_id, command.expected_version)
        if (await recipes.uses_around([recipe.id])).above(recipe.id):
            raise RecipeInUseError("Other recipes use this one.")
        await recipes.remove(recipe.id)
        await context.transaction.outbox.record(recipe.delete(self.clock.now()))
