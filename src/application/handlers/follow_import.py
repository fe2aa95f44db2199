"""FollowImport: let imported recipes follow what became of the catalogue while they were imported."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from application.ports.reads import CatalogueReads
from application.projecting import project_recipes
from domain.events import ImportPartlyFollowed, RecipesImported

CHUNK = 200
"""Recipes a transaction: locks are held for a moment only."""


@dataclass(frozen=True, slots=True)
class FollowImport:
    """Does nothing while the catalogue is the one that the import read: what follows was stored with the recipes.

    Whoever followed a change of an ingredient meanwhile could not see the recipes yet. Idempotent, and harmless when
    events come late or twice: everything is computed from recipes and catalogue as they are now.
    """

    catalogue: CatalogueReads
    clock: Clock

    async def handle(self, event: RecipesImported | ImportPartlyFollowed, context: Context) -> None:
        """Take the next recipes, and say so if there are more."""
        current = await self.catalogue.current()
        if isinstance(event, RecipesImported) and event.catalogue == current.name:
            return
        imported_at, after = (
            (event.at, None) if isinstance(event, RecipesImported) else (event.imported_at, event.after)
        )
        recipe_ids = await context.transaction.batches.added_at(imported_at, after, owner=event.owner, limit=CHUNK)
        if not recipe_ids:
            return
        await project_recipes(context.transaction, current, recipe_ids)
        if len(recipe_ids) == CHUNK:
            await context.transaction.outbox.record(
                ImportPartlyFollowed(
                    import_id=event.import_id,
                    owner=event.owner,
                    imported_at=imported_at,
                    after=recipe_ids[-1],
                    at=self.clock.now(),
                )
            )
