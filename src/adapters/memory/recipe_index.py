"""Recipes as they are found, in memory."""

from adapters.memory.tables import Tables
from adapters.wire.recipe_document import recipe_document
from adapters.wire.recipe_list import recipe_item
from application.ports.reads import RecipeIndex, RecipePage
from domain.job import Origin
from domain.recipe import Recipe, RecipeStatus
from domain.search import RecipePlace, RecipeSearch, facets_of, free_facets, ingredient_facets


class InMemoryRecipeIndex:
    """Looks at every recipe."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def page(self, search: RecipeSearch, origin: Origin) -> RecipePage:
        """Return one page."""
        found = sorted(
            (recipe for recipe in self._tables.recipes.values() if self._meets(recipe, search, origin)),
            key=_place,
            reverse=True,
        )
        shown = found[: search.limit]
        last = shown[-1] if len(found) > search.limit else None
        following = None if last is None else RecipePlace(created_at=last.created_at, recipe_id=last.id)
        return RecipePage([recipe_item(recipe_document(recipe)) for recipe in shown], following)

    def _meets(self, recipe: Recipe, search: RecipeSearch, origin: Origin) -> bool:
        is_seen = search.status is RecipeStatus.PUBLISHED or recipe.owner == origin.principal.subject
        made = self._tables.projections.get(recipe.id)
        is_current = made is not None and made.version == recipe.version
        free = free_facets(made.allergens) if made is not None and is_current else frozenset()
        return (
            recipe.status is search.status
            and is_seen
            and search.facets <= facets_of(recipe) | ingredient_facets(recipe) | free
            and (search.after is None or _place(recipe) < (search.after.created_at, search.after.recipe_id))
        )


def _place(recipe: Recipe) -> tuple[object, ...]:
    return recipe.created_at, recipe.id


_: type[RecipeIndex] = InMemoryRecipeIndex
