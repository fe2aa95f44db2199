"""FindIngredients: the shared catalogue, page by page and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports.reads import CatalogueReads
from domain.kept_ingredient import KeptIngredient
from domain.search import IngredientSearch


@dataclass(frozen=True, slots=True)
class FindIngredients:
    """For everybody who reads recipes; answers from the catalogue as every process keeps it."""

    catalogue: CatalogueReads

    async def get(self, ingredient_id: UUID) -> KeptIngredient | None:
        """Return the ingredient, or None."""
        return (await self.catalogue.current()).kept.get(ingredient_id)

    async def page(self, search: IngredientSearch) -> tuple[Sequence[KeptIngredient], str | None]:
        """Return one page in the order of names, and the name after which the next page begins."""
        current = await self.catalogue.current()
        names = [kept for kept in current.kept.values() if search.after is None or kept.ingredient.name > search.after]
        found = [kept for kept in names if search.is_met_by(kept.ingredient)]
        page = found[: search.limit]
        return page, page[-1].ingredient.name if len(found) > search.limit else None
