"""Recipes that use recipes: a sauce in a gratin, a stock in the sauce; never in a circle, never too deep."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.errors import InvalidRecipeError

DEEPEST = 8
"""How many uses may follow each other from a recipe down to its last ingredient."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Which recipe uses which: `uses` leads from a recipe to those on its lines."""

    uses: Mapping[UUID, Collection[UUID]]

    def check(self, recipe_id: UUID, parts: Collection[UUID]) -> None:
        """Raise InvalidRecipeError unless the recipe may use these parts instead of those that it used before."""
        if recipe_id in parts or recipe_id in self.below(parts):
            raise InvalidRecipeError("The recipe would contain itself.", pointer="/ingredients")
        changed = Composition({**self.uses, recipe_id: parts})
        users = changed._turned()
        if changed.depth(recipe_id) + users.depth(recipe_id) > DEEPEST:
            raise InvalidRecipeError(f"Recipes use each other more than {DEEPEST} deep.", pointer="/ingredients")

    def below(self, recipe_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Return all recipes that these use, at any remove."""
        found: set[UUID] = set()
        waiting = list(recipe_ids)
        while waiting:
            new = set(self.uses.get(waiting.pop(), ())) - found
            found |= new
            waiting.extend(new)
        return frozenset(found)

    def above(self, recipe_id: UUID) -> frozenset[UUID]:
        """Return all recipes that use this one, at any remove."""
        return self._turned().below([recipe_id])

    def depth(self, recipe_id: UUID) -> int:
        """Return how many uses follow each other from here; there must be no circle."""
        return max((1 + self.depth(part) for part in self.uses.get(recipe_id, ())), default=0)

    def bottom_up(self, recipe_ids: Iterable[UUID]) -> Iterator[UUID]:
        """Yield these recipes, each after all that it uses."""
        yield from sorted(recipe_ids, key=lambda recipe_id: (self.depth(recipe_id), recipe_id))

    def _turned(self) -> "Composition":
        users: dict[UUID, set[UUID]] = {}
        for user, parts in self.uses.items():
            for part in parts:
                users.setdefault(part, set()).add(user)
        return Composition(users)
