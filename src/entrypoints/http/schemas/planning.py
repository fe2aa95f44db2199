"""Price lists and menu plans as clients write them."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from domain.menu_plan import MenuPlanContent, PlannedMeal
from domain.price_list import Price, PriceListContent

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Figure = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]


class PriceInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What a pack costs from the first day to the last, both included; without a last day, until further notice."""

    ingredient: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="Its name in the catalogue.")]
    supplier: Text
    pack_grams: Figure
    price: Figure
    valid_from: date
    valid_until: date | None = None

    def value(self) -> Price:
        """Return what the domain makes of it."""
        return Price(
            ingredient=self.ingredient,
            supplier=self.supplier,
            pack_g=Fraction(str(self.pack_grams)),
            amount=Fraction(str(self.price)),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class PriceListInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A price list; no pack has two prices on one day."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "name": "Market, spring",
        "currency": "JPY",
        "prices": [
            {"ingredient": "rice", "supplier": "Market", "packGrams": 5000, "price": 2400, "validFrom": "2026-01-01"}
        ],
    }

    name: Text
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="An ISO 4217 code.")]
    prices: Annotated[tuple[PriceInput, ...], msgspec.Meta(min_length=1, max_length=5_000)]

    def content(self) -> PriceListContent:
        """Return what the domain makes of it; raise InvalidPriceListError where a rule is broken."""
        return PriceListContent(
            name=self.name, currency=self.currency, prices=tuple(price.value() for price in self.prices)
        )


class MealInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One recipe on one day, for so many."""

    day: date
    recipe_id: UUID
    servings: Annotated[float, msgspec.Meta(ge=0.01, le=100_000)]
    meal: Text | None = None


class MenuPlanInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A menu plan; a recipe may be on it any number of times."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "name": "Lunches of a week",
        "meals": [{"day": "2026-01-05", "recipeId": "0192a000-0000-7000-8000-000000000001", "servings": 40}],
    }

    name: Text
    meals: Annotated[tuple[MealInput, ...], msgspec.Meta(min_length=1, max_length=5_000)]

    def content(self) -> MenuPlanContent:
        """Return what the domain makes of it; raise InvalidMenuPlanError where a rule is broken."""
        return MenuPlanContent(
            name=self.name,
            meals=tuple(
                PlannedMeal(
                    day=each.day, recipe_id=each.recipe_id, servings=Fraction(str(each.servings)), meal=each.meal
                )
                for each in self.meals
            ),
        )
