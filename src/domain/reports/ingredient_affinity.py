"""Ingredient affinity: which ingredients are used together more often than chance would have it.

Of n recipes, a holds one ingredient, b the other, and c both: the support is c, the lift c·n / (a·b), which is 1 for
ingredients that know nothing of each other, and PMI (pointwise mutual information) is the lift's binary logarithm.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from heapq import nsmallest
from itertools import combinations
from math import log2

from domain.errors import InvalidReportError
from domain.report import RecipeSelection
from domain.reports.facts import Coverage, Findings, RecipeFacts
from domain.reports.figures import shown
from domain.reports.sources import Sources

MOST_PAIRS = 10_000
LARGEST_SUPPORT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientAffinityParameters(RecipeSelection):
    """Only pairs in at least `minimum_recipes` recipes count: a pair seen once says nothing. `pairs` are shown."""

    minimum_recipes: int = 5
    pairs: int = 100

    def check(self) -> None:
        """Refuse bounds that leave nothing, or too much to read."""
        if not 1 <= self.minimum_recipes <= LARGEST_SUPPORT:
            raise InvalidReportError(f"From 1 to {LARGEST_SUPPORT:,} recipes.", pointer="/parameters/minimumRecipes")
        if not 1 <= self.pairs <= MOST_PAIRS:
            raise InvalidReportError(f"From 1 to {MOST_PAIRS:,} pairs.", pointer="/parameters/pairs")


class IngredientAffinity:
    """Ingredients count once a recipe, weighed or not; lines that name none in the catalogue are left out."""

    def __init__(self, parameters: IngredientAffinityParameters, _sources: Sources) -> None:
        """Start with no recipes."""
        self.selection = parameters
        self._parameters = parameters
        self._coverage = Coverage()
        self._recipes = 0
        self._single: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe."""
        self._coverage.add(recipe)
        self._recipes += 1
        names = {name for name in recipe.ingredients if name is not None}
        self._single.update(names)
        self._pairs.update(combinations(sorted(names), 2))

    def merge(self, other: "IngredientAffinity") -> None:
        """Take the recipes of another part as well."""
        self._coverage.merge(other._coverage)  # noqa: SLF001 (its own kind)
        self._recipes += other._recipes  # noqa: SLF001
        self._single.update(other._single)  # noqa: SLF001
        self._pairs.update(other._pairs)  # noqa: SLF001

    def finish(self) -> Findings:
        """Return a row for each pair, the strongest first."""
        frequent = [
            (pair, support) for pair, support in self._pairs.items() if support >= self._parameters.minimum_recipes
        ]
        lifts = {pair: self._lift(pair, support) for pair, support in frequent}
        strongest = nsmallest(self._parameters.pairs, frequent, key=lambda item: (-lifts[item[0]], -item[1], item[0]))
        return Findings(
            coverage=self._coverage.shown(),
            summary={
                "recipes": self._recipes,
                "ingredients": len(self._single),
                "pairs": len(self._pairs),
                "pairsInEnoughRecipes": len(frequent),
                "pairsShown": len(strongest),
                "order": "lift, then support",
            },
            rows=[self._row(pair, support, lifts[pair]) for pair, support in strongest],
        )

    def _lift(self, pair: tuple[str, str], support: int) -> Fraction:
        one, other = pair
        return Fraction(support * self._recipes, self._single[one] * self._single[other])

    def _row(self, pair: tuple[str, str], support: int, lift: Fraction) -> dict[str, object]:
        one, other = pair
        return {
            "ingredient": one,
            "with": other,
            "recipes": support,
            "supportPercent": shown(Fraction(100 * support, self._recipes), 3),
            "recipesOfIngredient": self._single[one],
            "recipesOfWith": self._single[other],
            "lift": shown(lift, 3),
            # The one figure that is no fraction; rounded so far that any machine finds the same.
            "pmi": round(log2(lift.numerator) - log2(lift.denominator), 3) + 0.0,
        }
