"""A recipe's nutrition from its lines, exact, and honest about what it could not know."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.ingredient import Catalogue, ResolvedLine
from domain.nutrient import Nutrient


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeNutrition:
    """What a whole recipe (not a serving of it) holds, as far as its lines tell.

    Of `lines`, `resolved` are understood (weighed, or left to taste) and `weighed` have grams. `totals` sums
    the weighed lines whose ingredient has a figure, `known` says how many those are; a nutrient that no line
    knows is in neither, since unknown is not zero.
    """

    lines: int
    resolved: int
    weighed: int
    totals: Mapping[Nutrient, Fraction]
    known: Mapping[Nutrient, int]

    def is_complete(self, nutrient: Nutrient) -> bool:
        """Whether nothing is missing from this total: all lines resolved, every weighed one with a figure."""
        return 0 < self.weighed == self.known.get(nutrient, 0) and self.resolved == self.lines

    def scaled(self, factor: Fraction) -> "RecipeNutrition":
        """Return the nutrition of so much of it; how much is known of it stays the same."""
        totals = {nutrient: total * factor for nutrient, total in self.totals.items()}
        return replace(self, totals=totals)

    def plus(self, other: "RecipeNutrition") -> "RecipeNutrition":
        """Return the nutrition of both taken together."""
        totals, known = dict(self.totals), dict(self.known)
        for nutrient, total in other.totals.items():
            totals[nutrient] = totals.get(nutrient, Fraction(0)) + total
            known[nutrient] = known.get(nutrient, 0) + other.known[nutrient]
        return RecipeNutrition(
            lines=self.lines + other.lines,
            resolved=self.resolved + other.resolved,
            weighed=self.weighed + other.weighed,
            totals=totals,
            known=known,
        )


NOT_UNDERSTOOD = RecipeNutrition(lines=1, resolved=0, weighed=0, totals={}, known={})
"""What a line adds that nobody understands."""


def nutrition_of(lines: Iterable[ResolvedLine], catalogue: Catalogue) -> RecipeNutrition:
    """Sum what the lines hold; a line without grams or figures adds nothing and is not counted as known."""
    count = resolved = weighed = 0
    # Summed by denominator: adding unlike fractions one by one costs a common denominator each time.
    sums: defaultdict[Nutrient, Counter[int]] = defaultdict(Counter)
    known: Counter[Nutrient] = Counter()
    for line in lines:
        count += 1
        resolved += line.is_resolved
        ingredient = catalogue.get(line.ingredient) if line.ingredient is not None else None
        if ingredient is None or line.grams is None:
            continue
        weighed += 1
        top, bottom = (line.grams / 100).as_integer_ratio()
        for nutrient, per_100_g in ingredient.nutrients.items():
            figure, of = per_100_g.as_integer_ratio()
            sums[nutrient][of * bottom] += figure * top
        known.update(ingredient.nutrients.keys())
    totals = {nutrient: _total(parts) for nutrient, parts in sums.items()}
    return RecipeNutrition(lines=count, resolved=resolved, weighed=weighed, totals=totals, known=dict(known))


def _total(parts: Mapping[int, int]) -> Fraction:
    shared = math.lcm(*parts)
    return Fraction(sum(top * (shared // bottom) for bottom, top in parts.items()), shared)
