"""ProjectRecipe: keep each recipe's nutrition and allergens at hand, so that nobody need work them out to read them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.context import Context
from application.ports.reads import CatalogueReads
from application.projecting import project_recipes


class NewVersion(Protocol):
    """Any event after which a recipe is another than before; the dispatch table says which ones those are."""

    @property
    def recipe_id(self) -> UUID:
        """The recipe."""


@dataclass(frozen=True, slots=True)
class ProjectRecipe:
    """Follows every version of a recipe; idempotent, and harmless when events come late or twice."""

    catalogue: CatalogueReads

    async def handle(self, event: NewVersion, context: Context) -> None:
        """Compute from the recipe as it is now, not from the event: a late event cannot bring back the past."""
        current = await self.catalogue.current()
        await project_recipes(context.transaction, current, [event.recipe_id])
