"""An ingredient as the catalogue keeps it: who answers for it, and in which version."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.errors import IngredientNameTakenError, InvalidIngredientError, NotOwnerError, StaleVersionError
from domain.events import IngredientAdded, IngredientRevised
from domain.ingredient import Ingredient
from domain.ingredient_names import name_key
from domain.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIngredient:
    """The aggregate. An owner of None means that it is of the table that came with Kondate: editors answer for it."""

    id: UUID
    owner: str | None
    version: int
    ingredient: Ingredient

    @classmethod
    def add(
        cls, ingredient_id: UUID, owner: str, ingredient: Ingredient, at: datetime
    ) -> tuple["KeptIngredient", IngredientAdded]:
        """Begin an ingredient, and say so."""
        kept = cls(id=ingredient_id, owner=owner, version=1, ingredient=ingredient)
        added = IngredientAdded(
            ingredient_id=ingredient_id, version=1, owner=owner, names=(ingredient.name, *ingredient.aliases), at=at
        )
        return kept, added

    def check_change(self, principal: Principal, expected_version: int | None) -> None:
        """Raise unless this principal may change it, and means this version of it."""
        if self.owner != principal.subject and not principal.is_editor:
            raise NotOwnerError("Only its owner or an editor may change this ingredient.")
        if expected_version not in {None, self.version}:
            raise StaleVersionError(f"The ingredient is of version {self.version} now.")

    def revise(
        self, ingredient: Ingredient, principal: Principal, at: datetime
    ) -> tuple["KeptIngredient", IngredientRevised]:
        """Say something else of it, and say so; a row of the table becomes the editor's, who answers for it now.

        Raises InvalidIngredientError for another name: price lists and readings of lines refer to it.
        """
        if ingredient.name != self.ingredient.name:
            raise InvalidIngredientError(f"It stays {self.ingredient.name}; add an alias.", pointer="/name")
        owner = self.owner or principal.subject
        revised = replace(self, owner=owner, version=self.version + 1, ingredient=ingredient)
        names = dict.fromkeys([ingredient.name, *self.ingredient.aliases, *ingredient.aliases])
        event = IngredientRevised(
            ingredient_id=self.id, version=revised.version, owner=owner, names=tuple(names), at=at
        )
        return revised, event


def table_id(name: str) -> UUID:
    """Return the id of an ingredient of the table: the same wherever the table is loaded."""
    return uuid5(NAMESPACE_URL, f"kondate:ingredient:{name}")


def check_names(ingredient: Ingredient, others: Iterable[Ingredient]) -> None:
    """Raise IngredientNameTakenError where a name already means another ingredient: a line names one or none."""
    taken = {name_key(name): other.name for other in others for name in (other.name, *other.aliases)}
    for name, pointer in _pointed(ingredient):
        if (owner := taken.get(name_key(name))) is not None:
            raise IngredientNameTakenError(f"{name} already names {owner}.", pointer=pointer)


def _pointed(ingredient: Ingredient) -> Iterator[tuple[str, str]]:
    yield ingredient.name, "/name"
    for number, alias in enumerate(ingredient.aliases):
        yield alias, f"/aliases/{number}"
