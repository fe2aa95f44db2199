"""Builders for reports: recipes as facts, ingredients, prices and plans."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from domain.ingredient import Allergen, Ingredient, Presence
from domain.ingredient_table import ingredient_from_row
from domain.menu_plan import MenuPlan, MenuPlanContent, PlannedMeal
from domain.nutrient import Nutrient
from domain.price_list import Price, PriceList, PriceListContent
from domain.report import RecipeSelection, ReportKind, ReportParameters
from domain.reports.allergen_matrix import AllergenMatrixParameters
from domain.reports.cost_trend import CostTrendParameters
from domain.reports.facts import MICROGRAMS_PER_GRAM, Findings, RecipeFacts
from domain.reports.ingredient_affinity import IngredientAffinityParameters
from domain.reports.kinds import KINDS
from domain.reports.purchasing_list import PurchasingListParameters
from domain.reports.sources import Sources

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
A_PRICE_LIST = UUID(int=70)
A_PLAN = UUID(int=80)
PARAMETERS: dict[ReportKind, ReportParameters] = {
    ReportKind.NUTRITION_SUMMARY: RecipeSelection(),
    ReportKind.ALLERGEN_MATRIX: AllergenMatrixParameters(),
    ReportKind.COST_TREND: CostTrendParameters(price_list_id=A_PRICE_LIST, from_month="2026-01", months=3),
    ReportKind.PURCHASING_LIST: PurchasingListParameters(menu_plan_id=A_PLAN, price_list_id=A_PRICE_LIST),
    ReportKind.INGREDIENT_AFFINITY: IngredientAffinityParameters(minimum_recipes=1),
}


def facts(
    number: int = 1,
    *lines: tuple[str | None, int | None],
    category: str | None = "Soup",
    servings: Fraction | int | None = 1,
    unresolved: int = 0,
    unread: Iterable[str] = (),
) -> RecipeFacts:
    """Return a recipe whose lines are ingredients and grams."""
    return RecipeFacts(
        id=UUID(int=number),
        version=1,
        name=f"Recipe {number}",
        category=category,
        servings=None if servings is None else Fraction(servings),
        lines=len(lines) + unresolved,
        resolved=len(lines),
        ingredients=tuple(name for name, _ in lines),
        weights=tuple(None if grams is None else grams * MICROGRAMS_PER_GRAM for _, grams in lines),
        unread=tuple(unread),
    )


def an_ingredient(
    name: str,
    nutrients: Mapping[Nutrient, Fraction | int] | None = None,
    allergens: Mapping[Allergen, Presence] | None = None,
) -> Ingredient:
    """Return an ingredient that is free of every allergen but those given."""
    return Ingredient(
        name=name,
        aliases=(),
        eu_allergens={**dict.fromkeys(Allergen, Presence.FREE), **(allergens or {})},
        density_g_per_ml=None,
        piece_g=None,
        piece_measure=None,
        nutrients={nutrient: Fraction(figure) for nutrient, figure in (nutrients or {}).items()},
        source="test",
    )


def a_price(
    ingredient: str = "rice",
    amount: Fraction | int | str = 1,
    *,
    pack_g: int = 1000,
    supplier: str = "Market",
    valid_from: date = date(2026, 1, 1),
    valid_until: date | None = None,
) -> Price:
    """Return a price of one pack."""
    return Price(
        ingredient=ingredient,
        supplier=supplier,
        pack_g=Fraction(pack_g),
        amount=Fraction(amount),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def a_price_list(*prices: Price, owner: str = "alice") -> PriceList:
    """Return a price list in euros."""
    content = PriceListContent(name="Market", currency="EUR", prices=prices or (a_price(),))
    return PriceList.add(A_PRICE_LIST, owner, content, AT)


def a_meal(number: int = 1, servings: Fraction | int = 4, day: date = date(2026, 1, 5)) -> PlannedMeal:
    """Return a meal of one recipe."""
    return PlannedMeal(day=day, recipe_id=UUID(int=number), servings=Fraction(servings))


def a_plan(*meals: PlannedMeal, owner: str = "alice") -> MenuPlan:
    """Return a plan."""
    return MenuPlan.add(A_PLAN, owner, MenuPlanContent(name="Week 2", meals=meals or (a_meal(),)), AT)


def sources(
    *ingredients: Ingredient, price_list: PriceList | None = None, menu_plan: MenuPlan | None = None
) -> Sources:
    """Return what a report reads beside recipes."""
    by_name = {ingredient.name: ingredient for ingredient in ingredients}
    return Sources(catalogue="test", ingredients=by_name, price_list=price_list, menu_plan=menu_plan)


def findings(kind: ReportKind, parameters: ReportParameters, read: Sources, recipes: Iterable[RecipeFacts]) -> Findings:
    """Return a report's findings over the recipes."""
    builder = KINDS[kind].builder(parameters, read)
    for recipe in recipes:
        builder.add(recipe)
    return builder.finish()


def sample_ingredients() -> Sequence[Ingredient]:
    """Return the ingredients that are seeded."""
    with (Path("src") / "entrypoints" / "cli" / "samples" / "ingredients.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return [ingredient_from_row(row) for row in csv.DictReader(file)]
