"""Works out what follows from recipes, for an event and for a rebuild alike."""

from collections.abc import Collection
from uuid import UUID

from application.ports.reads import CatalogueVersion
from application.ports.unit_of_work import Transaction
from domain.projection import RecipeProjection, project


async def project_recipes(transaction: Transaction, current: CatalogueVersion, recipe_ids: Collection[UUID]) -> None:
    """Compute from the recipes as they are now; all that use them follow.

    Each is locked before its parts are read, so of two who do this the later one has read what the earlier one's
    recipes were revised to.
    """
    recipes = transaction.recipes
    uses = await recipes.uses_around(recipe_ids)
    above = (uses.above(recipe_id) for recipe_id in recipe_ids)
    locked = await recipes.lock({*recipe_ids, *(user for users in above for user in users)})
    known = {**await recipes.get_many(uses.below(locked) - locked.keys()), **locked}
    made: dict[UUID, RecipeProjection] = {}
    for recipe_id in uses.bottom_up(known):
        recipe = known[recipe_id].read_with(current.catalogue, known)
        made[recipe_id] = project(recipe, current.catalogue, current.name, made)
        if recipe_id in locked:
            await recipes.save_readings(recipe)
    await transaction.projections.save([made[recipe_id] for recipe_id in sorted(locked)])
