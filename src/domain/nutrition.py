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
    sums: defaultdict[int, defaultdict[Nutrient, int]] = defaultdict(lambda: defaultdict(int))
    known: Counter[Nutrient] = Counter()
    for line in lines:
        count += 1
        resolved += line.is_resolved
        if line.ingredient is None or line.grams is None or catalogue.get(line.ingredient) is None:
            continue
        weighed += 1
        figures = catalogue.figures(line.ingredient)
        top, bottom = (line.grams / 100).as_integer_ratio()
        part = sums[figures.denominator * bottom]
        for nutrient, figure in figures.whole.items():
            part[nutrient] += figure * top
        known.update(figures.whole.keys())
    return RecipeNutrition(lines=count, resolved=resolved, weighed=weighed, totals=_totals(sums), known=dict(known))


def _totals(sums: Mapping[int, Mapping[Nutrient, int]]) -> dict[Nutrient, Fraction]:
    shared = math.lcm(*sums)
    totals: defaultdict[Nutrient, int] = defaultdict(int)
    for denominator, part in sums.items():
        for nutrient, top in part.items():
            totals[nutrient] += top * (shared // denominator)
    return {nutrient: Fraction(top, shared) for nutrient, top in totals.items()}
