"""Recipes in memory, with the locks that the real rows have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from adapters.memory.tables import Tables
from application.ports.unit_of_work import RecipeRepository
from domain.composition import Composition
from domain.recipe import Recipe
from domain.search import facets_of, naming_facets

USES = UUID(int=0)
"""What stands for all uses among the locks of single recipes."""


class Locking(Protocol):
    """The open transaction, as this repository needs it."""

    tables: Tables

    async def hold(self, recipe_id: UUID) -> None:
        """Wait until nobody else holds it, and hold it until the transaction ends."""

    def change_recipe(self, recipe_id: UUID, recipe: Recipe | None) -> None:
        """Keep a recipe's new state, or that it is gone, for the commit."""

    def recipe(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe as this transaction sees it."""

    def recipes_seen(self) -> Collection[Recipe]:
        """Return all recipes as this transaction sees them."""


class InMemoryRecipeRepository:
    """Recipes as aggregates."""

    def __init__(self, transaction: Locking) -> None:
        """Work inside the transaction."""
        self._transaction = transaction

    async def add(self, recipe: Recipe) -> None:
        """Store a new recipe."""
        self._transaction.change_recipe(recipe.id, recipe)

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""
        return self._transaction.recipe(recipe_id)

    async def lock(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist, locked."""
        for recipe_id in sorted(recipe_ids):
            await self._transaction.hold(recipe_id)
        return await self.get_many(recipe_ids)

    async def get_many(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist."""
        found = {recipe_id: self._transaction.recipe(recipe_id) for recipe_id in recipe_ids}
        return {recipe_id: recipe for recipe_id, recipe in found.items() if recipe is not None}

    async def save(self, recipe: Recipe) -> None:
        """Store a new version."""
        self._transaction.change_recipe(recipe.id, recipe)

    async def remove(self, recipe_id: UUID) -> None:
        """Remove it."""
        self._transaction.change_recipe(recipe_id, None)

    async def save_readings(self, recipe: Recipe) -> None:
        """Keep how the lines are read now."""
        await self._transaction.hold(recipe.id)
        stored = self._transaction.recipe(recipe.id)
        if stored is not None and stored.version == recipe.version:
            self._transaction.change_recipe(recipe.id, replace(stored, readings=recipe.readings))

    async def ids(self, after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return the next ids in their order."""
        known = sorted(recipe.id for recipe in self._transaction.recipes_seen())
        return [recipe_id for recipe_id in known if after is None or recipe_id > after][:limit]

    async def naming(self, names: Collection[str], after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return the next ids of recipes that may name one of these."""
        asked = [naming_facets(name) for name in names]
        found = [recipe.id for recipe in self._transaction.recipes_seen() if _has_one(facets_of(recipe), asked)]
        return [recipe_id for recipe_id in sorted(found) if after is None or recipe_id > after][:limit]

    async def lock_uses(self) -> None:
        """Wait until nobody else changes which recipe uses which."""
        await self._transaction.hold(USES)

    async def uses_around(self, recipe_ids: Collection[UUID]) -> Composition:
        """Return all uses: more than asked for does no harm."""
        del recipe_ids
        seen = self._transaction.recipes_seen()
        uses = {recipe.id: {part.recipe_id for part in recipe.content.sub_recipes} for recipe in seen}
        return Composition(uses)


def _has_one(facets: frozenset[str], asked: Collection[frozenset[str]]) -> bool:
    return any(pieces <= facets for pieces in asked)


_: type[RecipeRepository] = InMemoryRecipeRepository
