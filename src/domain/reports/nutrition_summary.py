"""The nutrition summary: per serving, by category, with percentiles and with what it rests on.

A percentile is by nearest rank (Hyndman and Fan 1996, definition 1): the smallest figure that at least p percent
of the recipes do not exceed. It is always a figure of a real recipe, and rounding each figure gives exactly the
same as rounding the percentile, which is why figures may be kept rounded and small. Means are exact until shown.
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from operator import mul

from domain.ingredient import Ingredient
from domain.nutrient import Nutrient
from domain.report import RecipeSelection
from domain.reports.facts import MICROGRAMS_PER_GRAM, Coverage, Findings, RecipeFacts, Weight
from domain.reports.figures import HUNDREDTHS, nearest_rank, rounded, shown
from domain.reports.sources import Sources

PERCENTILES = (10, 25, 50, 75, 90)
NUTRIENTS = tuple(Nutrient)
_PER_100_G = 100 * MICROGRAMS_PER_GRAM


@dataclass(slots=True)
class _Figures:
    """One nutrient's figures per serving in one category: rounded to hundredths, and their exact sum."""

    hundredths: "array[int]" = field(default_factory=lambda: array("q"))
    # Totals of whole recipes by servings, since adding unlike fractions costs a common denominator each time.
    totals: defaultdict[tuple[int, int], Weight] = field(default_factory=lambda: defaultdict(int))

    def merge(self, other: "_Figures") -> None:
        self.hundredths.extend(other.hundredths)
        for servings, total in other.totals.items():
            self.totals[servings] += total

    def shown(self, scale: int) -> dict[str, object]:
        ordered = sorted(self.hundredths)
        count = len(ordered)
        if not count:
            return {"recipes": 0, **{f"p{percent}": None for percent in PERCENTILES}, "mean": None}
        total = sum((Fraction(total) * by / to for (to, by), total in sorted(self.totals.items())), Fraction(0))
        ranks = {f"p{percent}": nearest_rank(ordered, percent) / HUNDREDTHS for percent in PERCENTILES}
        return {"recipes": count, **ranks, "mean": shown(total / (count * scale))}


@dataclass(slots=True)
class _Group:
    recipes: int = 0
    without_servings: int = 0
    incomplete: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    figures: tuple[_Figures, ...] = field(default_factory=lambda: tuple(_Figures() for _ in NUTRIENTS))

    def merge(self, other: "_Group") -> None:
        self.recipes += other.recipes
        self.without_servings += other.without_servings
        self.incomplete += other.incomplete
        self.coverage.merge(other.coverage)
        for mine, others in zip(self.figures, other.figures, strict=True):
            mine.merge(others)


class _Table:
    """Nutrients per 100 g as whole numbers, `scale` times as large as they are; unknown ones are 0 and not known."""

    def __init__(self, ingredients: Mapping[str, Ingredient]) -> None:
        known = [figure for ingredient in ingredients.values() for figure in ingredient.nutrients.values()]
        self.scale = lcm(*(figure.denominator for figure in known))
        self.figures = {
            name: tuple(int(ingredient.nutrients.get(nutrient, 0) * self.scale) for nutrient in NUTRIENTS)
            for name, ingredient in ingredients.items()
        }
        self.known = {
            name: sum(1 << number for number, nutrient in enumerate(NUTRIENTS) if nutrient in ingredient.nutrients)
            for name, ingredient in ingredients.items()
        }


class NutritionSummary:
    """Figures per serving, by category.

    A recipe without a yield, or with a line that is not resolved, has no figure per serving: it is counted and
    left out, since what is unknown is not zero. Each nutrient says how many recipes its figures rest on.
    """

    def __init__(self, parameters: RecipeSelection, sources: Sources) -> None:
        """Start with no recipes."""
        self.selection = parameters
        self._table = _Table(sources.ingredients)
        self._groups: defaultdict[str | None, _Group] = defaultdict(_Group)

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe."""
        group, servings = self._groups[recipe.category], recipe.feeds
        group.recipes += 1
        group.coverage.add(recipe)
        group.incomplete += not recipe.is_resolved
        if servings is None:
            group.without_servings += 1
        elif recipe.is_resolved:
            self._add_figures(group, recipe, servings)

    def merge(self, other: "NutritionSummary") -> None:
        """Take the recipes of another part as well."""
        for category, group in other._groups.items():  # noqa: SLF001 (its own kind)
            self._groups[category].merge(group)

    def finish(self) -> Findings:
        """Return a row for each category; recipes without one come last."""
        # The category may be any text, so that None needs its own place in the order.
        groups = sorted(self._groups.items(), key=lambda item: (item[0] is None, item[0] or ""))
        coverage = Coverage()
        for _, group in groups:
            coverage.merge(group.coverage)
        return Findings(
            coverage=coverage.shown(),
            summary={
                "recipes": sum(group.recipes for _, group in groups),
                "recipesWithoutServings": sum(group.without_servings for _, group in groups),
                "recipesWithUnresolvedLines": sum(group.incomplete for _, group in groups),
                "categories": len(groups),
                "percentiles": "nearest rank",
                "basis": "per serving, of recipes with a yield and every line resolved",
            },
            rows=[self._row(category, group) for category, group in groups],
        )

    def _add_figures(self, group: _Group, recipe: RecipeFacts, servings: Fraction) -> None:
        weighed = list(recipe.weighed)
        if not weighed:
            return
        weights = [weight for _, weight in weighed]
        known = -1
        for name, _ in weighed:
            known &= self._table.known.get(name, 0)
        made, by = servings.as_integer_ratio()
        divisor = made * self._table.scale * _PER_100_G
        columns: Sequence[Sequence[int]] = [
            *zip(*(self._table.figures.get(name, _NONE) for name, _ in weighed), strict=True)
        ]
        for number, figures in enumerate(group.figures):
            if known >> number & 1:
                total = sum(map(mul, weights, columns[number]))
                numerator, denominator = total.as_integer_ratio()
                figures.hundredths.append(rounded(numerator * by * HUNDREDTHS, denominator * divisor))
                figures.totals[made, by] += total

    def _row(self, category: str | None, group: _Group) -> dict[str, object]:
        scale = self._table.scale * _PER_100_G
        return {
            "category": category,
            "recipes": group.recipes,
            "recipesWithoutServings": group.without_servings,
            "recipesWithUnresolvedLines": group.incomplete,
            "coverage": group.coverage.shown(),
            "nutrients": {
                nutrient.value: figures.shown(scale) for nutrient, figures in zip(NUTRIENTS, group.figures, strict=True)
            },
        }


_NONE = (0,) * len(NUTRIENTS)
