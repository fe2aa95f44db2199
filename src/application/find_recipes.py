"""FindRecipes: a page of what meets every condition."""

from dataclasses import dataclass, replace

from application.ports.reads import CatalogueReads, RecipeIndex, RecipePage
from domain.job import Origin
from domain.search import RecipeSearch


@dataclass(frozen=True, slots=True)
class FindRecipes:
    """Looks each ingredient up by any of its names first: whoever asks for バター finds what has butter."""

    catalogue: CatalogueReads
    index: RecipeIndex

    async def page(self, search: RecipeSearch, origin: Origin) -> RecipePage:
        """Return the page; an ingredient that nobody knows is in no recipe."""
        if not search.ingredients:
            return await self.index.page(search, origin)
        current = await self.catalogue.current()
        names = {current.catalogue.find(name) for name in search.ingredients}
        known = tuple(sorted(name for name in names if name is not None))
        if len(known) < len(names):
            return RecipePage((), None)
        return await self.index.page(replace(search, ingredients=known), origin)
