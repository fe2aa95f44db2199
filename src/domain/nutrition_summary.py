"""The nutrition summary: per serving, by category, with percentiles and with what it rests on.

A percentile is by nearest rank (Hyndman and Fan 1996, definition 1): the smallest figure that at least p percent
of the recipes do not exceed. It is always a figure of a real recipe, and rounding each figure gives exactly the
same as rounding the percentile, which is why figures may be kept rounded and small. Means are exact until shown.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from domain.nutrient import Nutrient
from domain.nutrition import RecipeNutrition

PERCENTILES = (10, 25, 50, 75, 90)
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NutritionFacts:
    """One recipe as the summary takes it; None, for servings, is a yield that nobody wrote down."""

    recipe_id: str
    name: str
    category: str | None
    servings: Fraction | None
    nutrition: RecipeNutrition


@dataclass(slots=True)
class _Figures:
    """One nutrient's figures per serving in one category: rounded to hundredths, and their exact sum."""

    hundredths: list[int] = field(default_factory=list)
    # Fractions are summed by denominator, since adding unlike ones costs a common denominator each time.
    sums: Counter[int] = field(default_factory=Counter)

    def add(self, figure: Fraction) -> None:
        self.hundredths.append(round(figure * _HUNDREDTHS))
        self.sums[figure.denominator] += figure.numerator

    def shown(self) -> dict[str, object]:
        ordered = sorted(self.hundredths)
        count = len(ordered)
        if not count:
            return {"recipes": 0, **{f"p{percent}": None for percent in PERCENTILES}, "mean": None}
        total = sum((Fraction(top, bottom) for bottom, top in sorted(self.sums.items())), Fraction(0))
        ranks = {f"p{percent}": _shown(nearest_rank(ordered, percent)) for percent in PERCENTILES}
        return {"recipes": count, **ranks, "mean": _shown(round(total / count * _HUNDREDTHS))}


@dataclass(slots=True)
class _Group:
    recipes: int = 0
    without_servings: int = 0
    incomplete: int = 0
    lines: int = 0
    resolved: int = 0
    figures: dict[Nutrient, _Figures] = field(default_factory=lambda: {nutrient: _Figures() for nutrient in Nutrient})

    def add(self, servings: Fraction | None, nutrition: RecipeNutrition) -> None:
        self.recipes += 1
        self.lines += nutrition.lines
        self.resolved += nutrition.resolved
        if nutrition.resolved < nutrition.lines:
            self.incomplete += 1
        if servings is None or servings <= 0:
            self.without_servings += 1
            return
        for nutrient, total in nutrition.totals.items():
            if nutrition.is_complete(nutrient):
                self.figures[nutrient].add(total / servings)


class NutritionSummary:
    """Takes recipes in any order and any chunks; the same recipes give the same result, byte for byte.

    A recipe without a yield, or with a line that is not resolved, has no figure per serving: it is counted and
    left out, since what is unknown is not zero. Each nutrient says how many recipes its figures rest on.
    """

    def __init__(self) -> None:
        """Start with no recipes."""
        self._groups: defaultdict[str | None, _Group] = defaultdict(_Group)

    def add(self, facts: NutritionFacts) -> None:
        """Take one recipe."""
        self._groups[facts.category].add(facts.servings, facts.nutrition)

    def finish(self) -> dict[str, object]:
        """Return the summary as plain values for JSON; rows by category, recipes without one last."""
        # The category may be any text, so that None needs its own place in the order.
        groups = sorted(self._groups.items(), key=lambda item: (item[0] is None, item[0] or ""))
        return {
            "coverage": _coverage([group for _, group in groups]),
            "summary": {
                "recipes": sum(group.recipes for _, group in groups),
                "recipes_without_servings": sum(group.without_servings for _, group in groups),
                "recipes_with_unresolved_lines": sum(group.incomplete for _, group in groups),
                "categories": len(groups),
                "percentiles": "nearest rank",
                "basis": "per serving, of recipes with a yield and every line resolved",
            },
            "rows": [_row(category, group) for category, group in groups],
        }


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """Return the percentile of figures in ascending order; raise IndexError when there are none."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def _coverage(groups: Sequence[_Group]) -> Mapping[str, int]:
    return {"lines": sum(group.lines for group in groups), "resolved": sum(group.resolved for group in groups)}


def _row(category: str | None, group: _Group) -> Mapping[str, object]:
    return {
        "category": category,
        "recipes": group.recipes,
        "recipes_without_servings": group.without_servings,
        "recipes_with_unresolved_lines": group.incomplete,
        "coverage": _coverage([group]),
        "nutrients": {nutrient.value: group.figures[nutrient].shown() for nutrient in Nutrient},
    }


def _shown(hundredths: int) -> float:
    return hundredths / _HUNDREDTHS
