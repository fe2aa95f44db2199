"""FollowIngredient: let recipes follow what is said of an ingredient now."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.ports.reads import CatalogueReads
from application.projecting import project_recipes
from domain.events import IngredientAdded, IngredientPartlyFollowed, IngredientRevised

CHUNK = 200
"""Recipes a transaction: salt is in most of them, and locks are held for a moment only."""


@dataclass(frozen=True, slots=True)
class FollowIngredient:
    """Reads lines and works out nutrition and allergens anew wherever a name of the ingredient may stand.

    After each chunk it records where the next one begins. Idempotent, and harmless when events come late or twice:
    everything is computed from recipes and catalogue as they are now.
    """

    catalogue: CatalogueReads
    clock: Clock

    async def handle(
        self, event: IngredientAdded | IngredientRevised | IngredientPartlyFollowed, context: Context
    ) -> None:
        """Take the next recipes, and say so if there are more."""
        current = await self.catalogue.current()
        after = event.after if isinstance(event, IngredientPartlyFollowed) else None
        recipes = context.transaction.recipes
        recipe_ids = await recipes.naming(event.names, after, limit=CHUNK)
        if not recipe_ids:
            return
        await project_recipes(context.transaction, current, recipe_ids)
        if len(recipe_ids) == CHUNK:
            await context.transaction.outbox.record(
                IngredientPartlyFollowed(
                    ingredient_id=event.ingredient_id,
                    owner=event.owner,
                    names=event.names,
                    after=recipe_ids[-1],
                    at=self.clock.now(),
                )
            )
