"""The purchasing list: what a plan's meals need, merged by ingredient and rounded up to packs of the cheapest offer."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from uuid import UUID

from domain.errors import InvalidReportError
from domain.price_list import Price
from domain.report import Needs, RecipeSelection, ReportParameters
from domain.reports.facts import MICROGRAMS_PER_GRAM, Coverage, Findings, RecipeFacts
from domain.reports.figures import HUNDREDTHS, shares, shown
from domain.reports.sources import Sources

MOST_UNREAD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasingListParameters(ReportParameters):
    """A plan's meals from `from_day` to `to_day`, both included; without a price list, weights only.

    Prices are those of `prices_on`, by default the day of the first meal.
    """

    menu_plan_id: UUID
    price_list_id: UUID | None = None
    from_day: date | None = None
    to_day: date | None = None
    prices_on: date | None = None

    def check(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.from_day is not None and self.to_day is not None and self.to_day < self.from_day:
            raise InvalidReportError("The last day is before the first.", pointer="/parameters/toDay")

    def needs(self) -> Needs:
        """Return the plan, and the price list if one is named."""
        return Needs(price_list_id=self.price_list_id, menu_plan_id=self.menu_plan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """So many packs of an offer, at least as heavy as what is needed."""

    offer: Price
    packs: int

    @property
    def cost(self) -> Fraction:
        """What is to be paid."""
        return self.packs * self.offer.amount

    @property
    def grams(self) -> Fraction:
        """What is then in the larder."""
        return self.packs * self.offer.pack_g


def cheapest(grams: Fraction, offers: Iterable[Price]) -> Purchase | None:
    """Return the cheapest way to buy so much in packs of one kind; among equals, the one that leaves less over."""
    purchases = [Purchase(offer=offer, packs=ceil(grams / offer.pack_g)) for offer in offers]
    return min(purchases, key=lambda each: (each.cost, each.grams, each.offer.supplier), default=None)


class PurchasingList:
    """What is to be bought.

    A recipe without a yield cannot be scaled, a line without a weight cannot be bought by weight: both are listed.
    """

    def __init__(self, parameters: PurchasingListParameters, sources: Sources) -> None:
        """Start with nothing needed."""
        plan = sources.menu_plan
        self._meals = plan.meals(parameters.from_day, parameters.to_day) if plan else []
        self._plan_name = plan.content.name if plan else None
        self._price_list = sources.price_list
        first_day = min((meal.day for meal in self._meals), default=None)
        self._prices_on = parameters.prices_on or first_day
        self._servings: defaultdict[UUID, Fraction] = defaultdict(Fraction)
        for meal in self._meals:
            self._servings[meal.recipe_id] += meal.servings
        # A selection without ids would be all recipes; no recipe has this one.
        self.selection = RecipeSelection(recipe_ids=tuple(sorted(self._servings)) or (UUID(int=0),))
        self._coverage = Coverage()
        self._found: set[UUID] = set()
        self._without_servings: dict[UUID, str] = {}
        self._micrograms: defaultdict[str, Fraction] = defaultdict(Fraction)
        self._recipes: Counter[str] = Counter()
        self._unweighed: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe of the plan."""
        self._coverage.add(recipe)
        self._found.add(recipe.id)
        if recipe.feeds is None:
            self._without_servings[recipe.id] = recipe.name
            return
        factor = self._servings[recipe.id] / recipe.feeds
        needed: defaultdict[str, int | Fraction] = defaultdict(int)
        for name, weight in recipe.weighed:
            needed[name] += weight
        for name, weight in needed.items():
            self._micrograms[name] += weight * factor
        unweighed = {n for n, w in zip(recipe.ingredients, recipe.weights, strict=True) if n is not None and w is None}
        self._recipes.update(unweighed | needed.keys())
        self._unweighed.update(unweighed)
        self._unread.update(recipe.unread)

    def merge(self, other: "PurchasingList") -> None:
        """Take the recipes of another part as well."""
        self._coverage.merge(other._coverage)  # noqa: SLF001 (its own kind)
        self._found |= other._found  # noqa: SLF001
        self._without_servings |= other._without_servings  # noqa: SLF001
        for name, micrograms in other._micrograms.items():  # noqa: SLF001
            self._micrograms[name] += micrograms
        self._recipes.update(other._recipes)  # noqa: SLF001
        self._unweighed.update(other._unweighed)  # noqa: SLF001
        self._unread.update(other._unread)  # noqa: SLF001

    def finish(self) -> Findings:
        """Return a row for each ingredient, by supplier; what nobody offers comes last."""
        grams = {name: needed / MICROGRAMS_PER_GRAM for name, needed in self._micrograms.items()}
        bought = {name: purchase for name, needed in grams.items() if (purchase := self._purchase(name, needed))}
        part = shares({name: purchase.cost for name, purchase in bought.items()})
        names = sorted(
            grams.keys() | self._unweighed.keys(),
            key=lambda name: (name not in bought, bought[name].offer.supplier if name in bought else "", name),
        )
        return Findings(
            coverage=self._coverage.shown(),
            summary={
                "menuPlan": self._plan_name,
                "priceList": self._price_list.content.name if self._price_list else None,
                "meals": len(self._meals),
                "recipes": len(self._found),
                "pricesOn": self._prices_on.isoformat() if self._prices_on else None,
                "currency": self._price_list.content.currency if self._price_list else None,
                "cost": shown(sum((purchase.cost for purchase in bought.values()), Fraction(0))),
                "suppliers": _by_supplier(bought.values()),
                "ingredientsNotOffered": sorted(grams.keys() - bought.keys()) if self._price_list else [],
                "recipesNotFound": sorted(str(recipe_id) for recipe_id in self._servings.keys() - self._found),
                "recipesWithoutServings": [
                    {"recipe": str(recipe_id), "name": name}
                    for recipe_id, name in sorted(self._without_servings.items())
                ],
                "linesNotRead": sorted(self._unread)[:MOST_UNREAD],
            },
            rows=[self._row(name, grams.get(name), bought.get(name), part.get(name)) for name in names],
        )

    def _purchase(self, name: str, grams: Fraction) -> Purchase | None:
        if self._price_list is None or self._prices_on is None:
            return None
        return cheapest(grams, self._price_list.offers(name, self._prices_on))

    def _row(
        self, name: str, grams: Fraction | None, purchase: Purchase | None, share: int | None
    ) -> dict[str, object]:
        row: dict[str, object] = {
            "supplier": purchase.offer.supplier if purchase else None,
            "ingredient": name,
            "grams": None if grams is None else shown(grams, 1),
            "packGrams": shown(purchase.offer.pack_g, 4) if purchase else None,
            "packs": purchase.packs if purchase else None,
            "pricePerPack": shown(purchase.offer.amount, 4) if purchase else None,
            "cost": shown(purchase.cost, 4) if purchase else None,
            "leftOverGrams": shown(purchase.grams - grams, 1) if purchase and grams is not None else None,
            "shareOfCostPercent": share / HUNDREDTHS if share is not None else None,
            "recipes": self._recipes[name],
            "recipesWithoutAmount": self._unweighed[name],
        }
        return row


def _by_supplier(purchases: Iterable[Purchase]) -> list[dict[str, object]]:
    costs: defaultdict[str, Fraction] = defaultdict(Fraction)
    items: Counter[str] = Counter()
    for purchase in purchases:
        costs[purchase.offer.supplier] += purchase.cost
        items[purchase.offer.supplier] += 1
    return [{"supplier": name, "items": items[name], "cost": shown(costs[name])} for name in sorted(costs)]
