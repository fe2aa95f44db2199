"""Recipes that use others: in place of a part stands what is in it, in proportion."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

from domain.reports.facts import RecipeFacts, Weight

DEEPEST = 8
WHOLE = 1_000_000


class Composition:
    """Puts together the recipes that are used by others; one that is not known is a line that says nothing."""

    def __init__(self, parts: Iterable[RecipeFacts]) -> None:
        """Take every recipe that is used, directly or through others."""
        self._parts = {part.id: part for part in parts}
        self._whole: dict[UUID, RecipeFacts] = {}

    def whole(self, recipe: RecipeFacts, depth: int = 0) -> RecipeFacts:
        """Return the recipe with the lines of its parts in it; a part is resolved when its amount and its lines are."""
        if not recipe.parts:
            return recipe
        ingredients: list[str | None] = [*recipe.ingredients]
        weights: list[Weight | None] = [*recipe.weights]
        unread, resolved = [*recipe.unread], recipe.resolved
        for part_id, millionths in recipe.parts:
            part = self._part(part_id, depth + 1)
            if part is None:
                ingredients.append(None)
                weights.append(None)
                continue
            ingredients += part.ingredients
            weights += [_portion(weight, millionths) for weight in part.weights]
            unread += part.unread
            resolved += millionths is not None and part.is_resolved
        return replace(recipe, ingredients=ingredients, weights=weights, unread=unread, resolved=resolved, parts=())

    def _part(self, part_id: UUID, depth: int) -> RecipeFacts | None:
        if part_id not in self._whole:
            part = self._parts.get(part_id)
            if part is None or depth > DEEPEST:
                return None
            self._whole[part_id] = self.whole(part, depth)
        return self._whole[part_id]


def _portion(weight: Weight | None, millionths: int | None) -> Weight | None:
    return None if weight is None or millionths is None else Fraction(weight * millionths, WHOLE)
