"""The cost trend: what an average serving costs, month by month, and which ingredients moved it.

The same recipes are priced in every month (a matched basket), so that only prices move the figures: those with a
yield, every line resolved, and a price for each weighed ingredient in each month. A month's price of an ingredient is
the lowest per gram on its first day.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from heapq import nsmallest
from math import lcm
from uuid import UUID

from domain.errors import InvalidReportError
from domain.report import Needs, RecipeSelection
from domain.reports.facts import MICROGRAMS_PER_GRAM, Coverage, Findings, RecipeFacts, Weight
from domain.reports.figures import HUNDREDTHS, shares, shown
from domain.reports.sources import Sources

MOST_MONTHS = 60
MOST_MOVERS = 250
MOST_UNPRICED = 100
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")

Group = tuple[str | None, int, int]
"""A category, and servings as numerator and denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTrendParameters(RecipeSelection):
    """`from_month`, such as 2026-01, and so many months from it on."""

    price_list_id: UUID
    from_month: str
    months: int = 12
    movers: int = 10

    def check(self) -> None:
        """Refuse a period that no price list could cover."""
        if _MONTH.fullmatch(self.from_month) is None:
            raise InvalidReportError("A month is written as 2026-01.", pointer="/parameters/fromMonth")
        if not 1 <= self.months <= MOST_MONTHS:
            raise InvalidReportError(f"From 1 to {MOST_MONTHS} months.", pointer="/parameters/months")
        if not 0 <= self.movers <= MOST_MOVERS:
            raise InvalidReportError(f"From 0 to {MOST_MOVERS} movers.", pointer="/parameters/movers")

    def needs(self) -> Needs:
        """Return the price list."""
        return Needs(price_list_id=self.price_list_id)

    @property
    def first_days(self) -> Sequence[date]:
        """The first day of each month."""
        year, month = map(int, self.from_month.split("-"))
        return [date(year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1, 1) for n in range(self.months)]


class CostTrend:
    """Costs per serving, by category and month.

    An average over recipes is linear in their weights, so that each ingredient's weights are summed first and priced
    last: exact, and one multiplication an ingredient and month however many recipes there are.
    """

    def __init__(self, parameters: CostTrendParameters, sources: Sources) -> None:
        """Start with no recipes."""
        self.selection = parameters
        self._parameters = parameters
        self._sources = sources
        self._prices = _prices(parameters, sources)
        self._coverage = Coverage()
        self._priced_lines = 0
        self._left_out = dict.fromkeys(
            ("recipesWithoutServings", "recipesWithUnresolvedLines", "recipesWithoutPrices"), 0
        )
        self._unpriced: Counter[str] = Counter()
        self._recipes: Counter[str | None] = Counter()
        self._weights: defaultdict[Group, defaultdict[str, Weight]] = defaultdict(lambda: defaultdict(int))

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe; it is left out for the first reason that applies."""
        self._coverage.add(recipe)
        weighed = list(recipe.weighed)
        without = {name for name, _ in weighed if name not in self._prices}
        self._unpriced.update(without)
        self._priced_lines += sum(name not in without for name, _ in weighed) if without else len(weighed)
        servings = recipe.feeds
        if servings is None:
            self._left_out["recipesWithoutServings"] += 1
        elif not recipe.is_resolved or not weighed:
            self._left_out["recipesWithUnresolvedLines"] += 1
        elif without:
            self._left_out["recipesWithoutPrices"] += 1
        else:
            self._recipes[recipe.category] += 1
            weights = self._weights[(recipe.category, *servings.as_integer_ratio())]
            for name, weight in weighed:
                weights[name] += weight

    def merge(self, other: "CostTrend") -> None:
        """Take the recipes of another part as well."""
        self._coverage.merge(other._coverage)  # noqa: SLF001 (its own kind)
        self._priced_lines += other._priced_lines  # noqa: SLF001
        for reason, count in other._left_out.items():  # noqa: SLF001
            self._left_out[reason] += count
        self._unpriced.update(other._unpriced)  # noqa: SLF001
        self._recipes.update(other._recipes)  # noqa: SLF001
        for group, weights in other._weights.items():  # noqa: SLF001
            for name, weight in weights.items():
                self._weights[group][name] += weight

    def finish(self) -> Findings:
        """Return a row for each category; recipes without one come last."""
        by_category = self._grams_per_serving()
        whole: defaultdict[str, Fraction] = defaultdict(Fraction)
        for grams in by_category.values():
            for name, weight in grams.items():
                whole[name] += weight
        recipes = self._recipes.total()
        price_list = self._sources.price_list
        return Findings(
            coverage={**self._coverage.shown(), "priced": self._priced_lines},
            summary={
                "priceList": price_list.content.name if price_list else None,
                "currency": price_list.content.currency if price_list else None,
                "recipes": recipes,
                **self._left_out,
                "basis": "per serving, of recipes with a yield, every line resolved and priced in every month",
                "monthlyPrice": "the lowest per gram on the first day of the month",
                "costPerServing": self._costs(whole, recipes),
                "movers": self._movers(whole, recipes),
                "ingredientsWithoutPrices": [
                    {"ingredient": name, "recipes": count}
                    for name, count in nsmallest(
                        MOST_UNPRICED, self._unpriced.items(), key=lambda item: (-item[1], item[0])
                    )
                ],
            },
            rows=[
                {
                    "category": category,
                    "recipes": self._recipes[category],
                    "changePercent": _change(*self._ends(by_category[category])),
                    "costPerServing": self._costs(by_category[category], self._recipes[category]),
                }
                for category in sorted(by_category, key=lambda name: (name is None, name or ""))
            ],
        )

    def _grams_per_serving(self) -> Mapping[str | None, Mapping[str, Fraction]]:
        """Return, by category and ingredient, the grams in one serving of each recipe, summed."""
        found: defaultdict[str | None, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        common = lcm(*(made for _, made, _ in self._weights))
        sums: defaultdict[tuple[str | None, str], Weight] = defaultdict(int)
        for (category, made, by), weights in self._weights.items():
            factor = by * (common // made)
            for name, weight in weights.items():
                sums[category, name] += weight * factor
        for (category, name), total in sums.items():
            found[category][name] = Fraction(total) / (common * MICROGRAMS_PER_GRAM)
        return found

    def _costs(self, grams: Mapping[str, Fraction], recipes: int) -> dict[str, float | None]:
        months = [first_day.isoformat()[:7] for first_day in self._parameters.first_days]
        if not recipes:
            return dict.fromkeys(months)
        return {month: shown(self._total(grams, number) / recipes, 4) for number, month in enumerate(months)}

    def _total(self, grams: Mapping[str, Fraction], month: int) -> Fraction:
        return sum((weight * self._prices[name][month] for name, weight in grams.items()), Fraction(0))

    def _ends(self, grams: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
        return self._total(grams, 0), self._total(grams, self._parameters.months - 1)

    def _movers(self, grams: Mapping[str, Fraction], recipes: int) -> list[dict[str, object]]:
        """Return the ingredients whose prices changed an average serving's cost most, either way."""
        moved = {name: weight * (self._prices[name][-1] - self._prices[name][0]) for name, weight in grams.items()}
        part = shares({name: weight * self._prices[name][-1] for name, weight in grams.items()})
        ordered = nsmallest(self._parameters.movers, moved, key=lambda name: (-abs(moved[name]), name))
        return [
            {
                "ingredient": name,
                "pricePerKilogramFirst": shown(self._prices[name][0] * 1000),
                "pricePerKilogramLast": shown(self._prices[name][-1] * 1000),
                "changePercent": _change(self._prices[name][0], self._prices[name][-1]),
                "changePerServing": shown(moved[name] / recipes, 4),
                "shareOfCostPercent": part[name] / HUNDREDTHS,
            }
            for name in ordered
            if moved[name]
        ]


def _prices(parameters: CostTrendParameters, sources: Sources) -> Mapping[str, Sequence[Fraction]]:
    """Return one price per gram a month, of each ingredient that has one in every month."""
    if sources.price_list is None:
        return {}
    dated = defaultdict(list)
    for price in sources.price_list.content.prices:
        dated[price.ingredient].append(price)
    found = {}
    for name, prices in dated.items():
        monthly = [min((p.per_gram for p in prices if p.holds_on(day)), default=None) for day in parameters.first_days]
        if None not in monthly:
            found[name] = [price for price in monthly if price is not None]
    return found


def _change(first: Fraction, last: Fraction) -> float | None:
    return shown((last - first) * 100 / first, 1) if first else None
