"""The ingredient catalogue in memory, with the lock that the real one has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from adapters.memory.tables import Tables
from application.ports.unit_of_work import CatalogueRepository
from domain.ingredient import Ingredient
from domain.kept_ingredient import KeptIngredient, table_id

CATALOGUE = UUID(int=2**128 - 1)
"""What stands for the whole catalogue among the locks."""


class Locking(Protocol):
    """The open transaction, as this repository needs it."""

    tables: Tables

    async def hold(self, recipe_id: UUID) -> None:
        """Wait until nobody else holds it, and hold it until the transaction ends."""

    def later(self, change: Callable[[], None]) -> None:
        """Keep a change for the commit."""


class InMemoryCatalogueRepository:
    """The writing side."""

    def __init__(self, transaction: Locking) -> None:
        """Work inside the transaction."""
        self._transaction = transaction
        self._changed: Mapping[UUID, KeptIngredient] | None = None

    async def replace(self, ingredients: Sequence[Ingredient]) -> None:
        """Make these the table."""
        known = await self.lock()
        own = [kept for kept in known.values() if kept.owner is not None]
        table = {kept.ingredient.name: kept for kept in known.values() if kept.owner is None}
        taken = {kept.ingredient.name for kept in own}
        self._put([*own, *(_row(table.get(each.name), each) for each in ingredients if each.name not in taken)])

    async def lock(self) -> Mapping[UUID, KeptIngredient]:
        """Return all ingredients, locked."""
        await self._transaction.hold(CATALOGUE)
        return self._transaction.tables.ingredients if self._changed is None else self._changed

    async def save(self, kept: KeptIngredient) -> None:
        """Store the ingredient."""
        self._put({**await self.lock(), kept.id: kept}.values())

    def _put(self, ingredients: Iterable[KeptIngredient]) -> None:
        by_name = sorted(ingredients, key=lambda kept: kept.ingredient.name)
        self._changed = changed = {kept.id: kept for kept in by_name}
        self._transaction.later(lambda: setattr(self._transaction.tables, "ingredients", changed))


def _row(known: KeptIngredient | None, ingredient: Ingredient) -> KeptIngredient:
    if known is None:
        return KeptIngredient(id=table_id(ingredient.name), owner=None, version=1, ingredient=ingredient)
    return known if known.ingredient == ingredient else replace(known, version=known.version + 1, ingredient=ingredient)


_: type[CatalogueRepository] = InMemoryCatalogueRepository
