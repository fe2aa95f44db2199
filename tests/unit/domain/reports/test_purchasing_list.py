"""The purchasing list: enough of everything, in packs, from who asks least."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidReportError
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList
from domain.report import ReportKind
from domain.reports.facts import Findings, RecipeFacts
from domain.reports.purchasing_list import PurchasingListParameters, cheapest
from tests.support.facts import A_PLAN, A_PRICE_LIST, a_meal, a_plan, a_price, a_price_list, facts, findings, sources


def purchasing(
    *recipes: RecipeFacts, plan: MenuPlan | None = None, prices: PriceList | None = None, **period: date
) -> Findings:
    parameters = PurchasingListParameters(menu_plan_id=A_PLAN, price_list_id=prices.id if prices else None, **period)
    return findings(ReportKind.PURCHASING_LIST, parameters, sources(price_list=prices, menu_plan=plan), recipes)


def test_needs_are_merged_scaled_and_rounded_up_to_packs() -> None:
    found = purchasing(
        facts(1, ("rice", 300), servings=4),
        facts(2, ("rice", 100), ("rice", 50), servings=2),
        plan=a_plan(a_meal(1, 8), a_meal(2, 2), a_meal(2, 4)),
        prices=a_price_list(a_price("rice", "2.50", pack_g=500)),
    )
    assert found.rows == [
        {
            "supplier": "Market",
            "ingredient": "rice",
            "grams": 1050.0,
            "packGrams": 500.0,
            "packs": 3,
            "pricePerPack": 2.5,
            "cost": 7.5,
            "leftOverGrams": 450.0,
            "shareOfCostPercent": 100.0,
            "recipes": 2,
            "recipesWithoutAmount": 0,
        }
    ]
    assert found.summary["suppliers"] == [{"supplier": "Market", "items": 1, "cost": 7.5}]


def test_only_meals_of_the_period_count() -> None:
    plan = a_plan(a_meal(1, 4, date(2026, 1, 5)), a_meal(2, 4, date(2026, 1, 6)), a_meal(3, 4, date(2026, 1, 7)))
    found = purchasing(plan=plan, from_day=date(2026, 1, 6), to_day=date(2026, 1, 6))
    assert (found.summary["meals"], found.summary["pricesOn"]) == (1, "2026-01-06")
    assert found.summary["recipesNotFound"] == ["00000000-0000-0000-0000-000000000002"]


def test_a_period_without_meals_needs_nothing_rather_than_everything() -> None:
    found = purchasing(plan=a_plan(), prices=a_price_list(), from_day=date(2027, 1, 1))
    assert (found.rows, found.summary["cost"], found.summary["pricesOn"]) == ([], 0.0, None)


def test_recipes_that_cannot_be_scaled_are_listed() -> None:
    found = purchasing(facts(1, ("rice", 300), servings=None), plan=a_plan())
    assert found.rows == []
    assert found.summary["recipesWithoutServings"] == [
        {"recipe": "00000000-0000-0000-0000-000000000001", "name": "Recipe 1"}
    ]


def test_what_has_no_weight_or_no_offer_is_on_the_list_all_the_same() -> None:
    found = purchasing(
        facts(1, ("salt", None), ("rice", 10), ("saffron", 1), unread=["a little love"]),
        plan=a_plan(),
        prices=a_price_list(),
    )
    shown: list[Any] = [(row["ingredient"], row["grams"], row["packs"]) for row in found.rows]
    assert shown == [("rice", 40.0, 1), ("saffron", 4.0, None), ("salt", None, None)]
    assert found.summary["ingredientsNotOffered"] == ["saffron"]
    assert found.summary["linesNotRead"] == ["a little love"]


def test_the_offer_that_costs_least_for_this_need_wins() -> None:
    offers = [
        a_price(amount=5, pack_g=1000, supplier="Wholesale"),
        a_price(amount=1, pack_g=100, supplier="Corner shop"),
    ]
    small, large = cheapest(Fraction(100), offers), cheapest(Fraction(900), offers)
    assert small is not None
    assert large is not None
    assert (small.offer.supplier, large.offer.supplier) == ("Corner shop", "Wholesale")


def test_prices_may_be_those_of_another_day() -> None:
    prices = a_price_list(
        a_price("rice", 1, valid_until=date(2026, 5, 31)), a_price("rice", 9, valid_from=date(2026, 6, 1))
    )
    found = purchasing(facts(1, ("rice", 10)), plan=a_plan(), prices=prices, prices_on=date(2026, 6, 1))
    assert found.summary["cost"] == 9.0


def test_without_a_price_list_needs_are_weights_alone() -> None:
    [row] = purchasing(facts(1, ("rice", 10)), plan=a_plan()).rows
    assert (row["grams"], row["packs"], row["cost"]) == (40.0, None, None)


def test_without_a_plan_nothing_is_needed() -> None:
    assert purchasing().rows == []


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidReportError) as refused:
        PurchasingListParameters(menu_plan_id=A_PLAN, from_day=date(2026, 2, 1), to_day=date(2026, 1, 1))
    assert refused.value.pointer == "/parameters/toDay"


@given(
    st.fractions(min_value="1/1000", max_value=10_000),
    st.lists(st.tuples(st.integers(1, 5_000), st.integers(0, 100)), min_size=1, max_size=6),
)
def test_packs_are_enough_and_one_fewer_is_not(grams: Fraction, packs: list[tuple[int, int]]) -> None:
    offers = [a_price(amount=amount, pack_g=weight) for weight, amount in packs]
    bought = cheapest(grams, offers)
    assert bought is not None
    assert bought.grams - bought.offer.pack_g < grams <= bought.grams
    assert bought.cost == min(-(-grams // offer.pack_g) * offer.amount for offer in offers)
    assert cheapest(grams, []) is None


def test_needs_name_the_plan_and_the_prices() -> None:
    needs = PurchasingListParameters(menu_plan_id=A_PLAN, price_list_id=A_PRICE_LIST).needs()
    assert (needs.menu_plan_id, needs.price_list_id) == (A_PLAN, A_PRICE_LIST)
