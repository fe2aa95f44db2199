"""The cost trend: the same basket, priced month by month."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidReportError
from domain.price_list import Price
from domain.report import ReportKind
from domain.reports.cost_trend import CostTrendParameters
from domain.reports.facts import Findings, RecipeFacts
from domain.reports.figures import shares
from tests.support.facts import A_PRICE_LIST, a_price, a_price_list, facts, findings, sources


def parameters(months: int = 2, movers: int = 10, from_month: str = "2026-01") -> CostTrendParameters:
    return CostTrendParameters(price_list_id=A_PRICE_LIST, from_month=from_month, months=months, movers=movers)


def trend(prices: tuple[Price, ...], *recipes: RecipeFacts, months: int = 2, movers: int = 10) -> Findings:
    read = sources(price_list=a_price_list(*prices))
    return findings(ReportKind.COST_TREND, parameters(months, movers), read, recipes)


RISING = (
    a_price("rice", 2, valid_until=date(2026, 1, 31)),
    a_price("rice", 3, valid_from=date(2026, 2, 1)),
    a_price("oil", 10),
    a_price("oil", 8, supplier="Wholesale", pack_g=500),
)


def test_months_run_over_the_end_of_a_year() -> None:
    days = parameters(3, from_month="2026-11").first_days
    assert days == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


def test_a_serving_costs_what_its_ingredients_cost_on_the_first_of_the_month() -> None:
    found = trend(RISING, facts(1, ("rice", 200), ("oil", 100), servings=2))
    assert found.summary["costPerServing"] == {"2026-01": 0.7, "2026-02": 0.8}
    assert found.rows == [
        {
            "category": "Soup",
            "recipes": 1,
            "changePercent": 14.3,
            "costPerServing": {"2026-01": 0.7, "2026-02": 0.8},
        }
    ]


def test_movers_say_by_how_much_they_moved_a_serving() -> None:
    movers: Any = trend(RISING, facts(1, ("rice", 200), ("oil", 100), servings=2)).summary["movers"]
    assert movers == [
        {
            "ingredient": "rice",
            "pricePerKilogramFirst": 2.0,
            "pricePerKilogramLast": 3.0,
            "changePercent": 50.0,
            "changePerServing": 0.1,
            "shareOfCostPercent": 37.5,
        }
    ]


def test_recipes_that_cannot_be_priced_are_counted_by_reason() -> None:
    found = trend(
        RISING,
        facts(1, ("rice", 1), servings=None),
        facts(2, ("rice", 1), unresolved=1),
        facts(3, ("rice", 1), ("saffron", 1)),
        facts(4, ("rice", None)),
    )
    left_out = ("recipesWithoutServings", "recipesWithUnresolvedLines", "recipesWithoutPrices")
    assert [found.summary[reason] for reason in left_out] == [1, 2, 1]
    assert found.summary["ingredientsWithoutPrices"] == [{"ingredient": "saffron", "recipes": 1}]
    assert found.coverage == {"lines": 6, "resolved": 5, "priced": 3}
    assert (found.rows, found.summary["costPerServing"]) == ([], {"2026-01": None, "2026-02": None})


def test_a_price_that_does_not_last_the_period_is_none() -> None:
    prices = (a_price("rice", 2, valid_until=date(2026, 1, 31)),)
    assert trend(prices, facts(1, ("rice", 1))).summary["recipesWithoutPrices"] == 1


def test_what_costs_nothing_has_no_change_in_percent() -> None:
    [row] = trend((a_price("water", 0),), facts(1, ("water", 100))).rows
    assert row["changePercent"] is None


def test_without_a_price_list_nothing_is_priced() -> None:
    found = findings(ReportKind.COST_TREND, parameters(), sources(), [facts(1, ("rice", 1))])
    assert (found.summary["currency"], found.summary["recipesWithoutPrices"]) == (None, 1)


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        ({"from_month": "01/2026"}, "/parameters/fromMonth"),
        ({"months": 61}, "/parameters/months"),
        ({"movers": -1}, "/parameters/movers"),
    ],
)
def test_a_period_that_cannot_be_meant_is_refused(bad: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidReportError) as refused:
        parameters(**bad)
    assert refused.value.pointer == pointer


@given(st.dictionaries(st.text(max_size=3), st.fractions(min_value=0, max_value=1000)), st.integers(1, 10_000))
def test_shares_sum_exactly_and_none_is_off_by_one(parts: dict[str, Fraction], whole: int) -> None:
    given_shares, total = shares(parts, whole), sum(parts.values(), Fraction(0))
    assert sum(given_shares.values()) == (whole if total else 0)
    for name, part in parts.items():
        exact = part * whole / total if total else Fraction(0)
        assert abs(given_shares[name] - exact) < 1


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9999), st.sampled_from("SB")), min_size=1))
def test_the_average_is_that_of_the_recipes_priced_one_by_one(recipes: list[tuple[int, int, str]]) -> None:
    found = trend(
        (a_price("rice", "0.37", pack_g=333),),
        *(facts(n, ("rice", grams), servings=made, category=kind) for n, (made, grams, kind) in enumerate(recipes)),
        months=1,
    )
    costs = [Fraction("0.37") / 333 * grams / made for made, grams, _ in recipes]
    exact = sum(costs, Fraction(0)) / len(recipes)
    assert found.summary["costPerServing"] == {"2026-01": round(exact * 10_000) / 10_000}
