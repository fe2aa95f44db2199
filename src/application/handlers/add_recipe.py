"""AddRecipe: keep a new recipe, its lines read against the current catalogue."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.reads import CatalogueReads
from application.recipe_access import usable_parts
from domain.commands import AddRecipe
from domain.job import Reference
from domain.recipe import Recipe, read_lines


@dataclass(frozen=True, slots=True)
class AddRecipeHandler:
    """Stores the recipe under the caller's name and records RecipeAdded."""

    catalogue: CatalogueReads
    clock: Clock
    ids: IdFactory

    async def handle(self, command: AddRecipe, context: Context) -> Reference:
        """Return the new recipe's reference."""
        current = await self.catalogue.current()
        owner, recipe_id = context.origin.principal.subject, command.recipe_id or self.ids.new()
        parts = await usable_parts(context, recipe_id, command.content)
        readings = read_lines(command.content, current.catalogue, parts)
        recipe, added = Recipe.add(recipe_id, owner, command.content, readings, self.clock.now())
        await context.transaction.recipes.add(recipe.as_draft() if command.is_draft else recipe)
        await context.transaction.outbox.record(added)
        return Reference(resource="recipe", id=recipe.id)
