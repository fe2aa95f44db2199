"""RebuildProjections: work out anew what follows from recipes, after the parser, catalogue or schema changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from application.ports.reads import CatalogueReads
from application.ports.unit_of_work import UnitOfWork
from application.projecting import project_recipes
from domain.job import Origin

CHUNK = 200
"""Recipes a transaction: locks are held for a moment only, and a rebuild that is stopped has lost little."""


@dataclass(frozen=True, slots=True)
class RebuildProjections:
    """For operators; may run beside everything else, and any number of times."""

    catalogue: CatalogueReads
    unit_of_work: UnitOfWork

    async def run(self, origin: Origin) -> AsyncIterator[int]:
        """Yield after each chunk how many recipes are done."""
        current = await self.catalogue.current()
        done, after = 0, None
        while True:
            async with self.unit_of_work.begin(origin) as transaction:
                recipe_ids = await transaction.recipes.ids(after, limit=CHUNK)
                if recipe_ids:
                    await project_recipes(transaction, current, recipe_ids)
            if not recipe_ids:
                return
            done, after = done + len(recipe_ids), recipe_ids[-1]
            yield done
