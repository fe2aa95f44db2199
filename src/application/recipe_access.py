"""What the recipe handlers share: who may change a recipe, and which recipes one may use."""

from collections.abc import Mapping
from uuid import UUID

from application.context import Context
from domain.errors import InvalidRecipeError, RecipeNotFoundError
from domain.recipe import Recipe, RecipeContent


async def recipe_for_change(context: Context, recipe_id: UUID, expected_version: int | None) -> Recipe:
    """Return the locked recipe; raise unless the caller may change it and means this version."""
    found = await context.transaction.recipes.lock([recipe_id])
    if recipe_id not in found:
        raise RecipeNotFoundError("There is no such recipe.")
    found[recipe_id].check_change(context.origin.principal, expected_version)
    return found[recipe_id]


async def usable_parts(context: Context, recipe_id: UUID, content: RecipeContent) -> Mapping[UUID, Recipe]:
    """Return the recipes that the content's lines stand for; raise InvalidRecipeError when one may not be used.

    From here to the transaction's end nobody else changes which recipe uses which: two recipes cannot come to use each
    other at the same time.
    """
    if not content.sub_recipes:
        return {}
    recipes, wanted = context.transaction.recipes, {part.recipe_id for part in content.sub_recipes}
    await recipes.lock_uses()
    parts, uses = await recipes.get_many(wanted), await recipes.uses_around([recipe_id, *wanted])
    for part in content.sub_recipes:
        pointer = f"{content.pointer_of(part.line)}/recipeId"
        used = parts.get(part.recipe_id)
        if part.recipe_id == recipe_id or recipe_id in uses.below([part.recipe_id]):
            raise InvalidRecipeError("The recipe would contain itself.", pointer=pointer)
        if used is None or not used.is_shown_to(context.origin.principal):
            raise InvalidRecipeError("There is no such recipe.", pointer=pointer)
    uses.check(recipe_id, wanted)
    return parts
