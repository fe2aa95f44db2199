"""Price lists: one answer for each day."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidPriceListError, OverlappingPricesError
from domain.price_list import MOST_PRICES, Price, PriceListContent
from tests.support.facts import AT, a_price, a_price_list

FIRST = date(2026, 1, 1)


def content(*prices: Price, name: str = "Market", currency: str = "EUR") -> PriceListContent:
    return PriceListContent(name=name, currency=currency, prices=prices)


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        ({"prices": ()}, "/prices"),
        ({"prices": (a_price(),) * (MOST_PRICES + 1)}, "/prices"),
        ({"name": " "}, "/name"),
        ({"currency": "eur"}, "/currency"),
        ({"currency": "EURO"}, "/currency"),
        ({"prices": (a_price(), a_price(""))}, "/prices/1/ingredient"),
        ({"prices": (a_price(supplier="s" * 201),)}, "/prices/0/supplier"),
        ({"prices": (a_price(pack_g=0),)}, "/prices/0/packGrams"),
        ({"prices": (a_price(pack_g=-1),)}, "/prices/0/packGrams"),
        ({"prices": (a_price(amount=-1),)}, "/prices/0/price"),
        ({"prices": (a_price(amount="0.00001"),)}, "/prices/0/price"),
        ({"prices": (a_price(valid_until=date(2025, 12, 31)),)}, "/prices/0/validUntil"),
    ],
)
def test_a_list_that_nobody_could_mean_is_refused(bad: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidPriceListError) as refused:
        PriceListContent(**{"name": "Market", "currency": "EUR", "prices": (a_price(),), **bad})
    assert refused.value.pointer == pointer


def test_two_prices_of_one_day_are_refused_at_the_later_entry() -> None:
    first, second = a_price(valid_until=date(2026, 6, 30)), a_price(amount=2, valid_from=date(2026, 6, 30))
    with pytest.raises(OverlappingPricesError, match="Entry 0 has another price") as refused:
        content(first, second)
    assert refused.value.pointer == "/prices/1/validFrom"


def test_other_packs_suppliers_and_periods_do_not_overlap() -> None:
    until = date(2026, 6, 30)
    offers = (a_price(), a_price(supplier="Wholesale"), a_price(pack_g=5000), a_price("oil", valid_until=until))
    assert len(content(*offers, a_price("oil", valid_from=until + timedelta(days=1))).prices) == 5


def test_offers_are_those_that_hold_on_the_day() -> None:
    early, late = a_price(valid_until=date(2026, 6, 30)), a_price(amount=2, valid_from=date(2026, 7, 1))
    prices = a_price_list(early, late, a_price("oil"))
    assert [prices.offers("rice", date(2026, *day)) for day in ((6, 30), (7, 1))] == [[early], [late]]
    assert prices.offers("rice", date(2025, 12, 31)) == []


def test_a_revision_is_the_next_version() -> None:
    revised = a_price_list().revise(content(a_price(amount=9)), AT)
    assert (revised.version, revised.owner, revised.content.prices[0].amount) == (2, "alice", Fraction(9))


periods = st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 20))), min_size=1, max_size=5)


@given(periods)
def test_a_list_is_refused_exactly_when_some_day_has_two_prices(some: list[tuple[int, int | None]]) -> None:
    prices = [
        a_price(
            valid_from=FIRST + timedelta(days=start),
            valid_until=None if length is None else FIRST + timedelta(days=start + length),
        )
        for start, length in some
    ]
    days = [FIRST + timedelta(days=number) for number in range(90)]
    is_ambiguous = any(sum(price.holds_on(day) for price in prices) > 1 for day in days)
    if is_ambiguous:
        with pytest.raises(OverlappingPricesError):
            content(*prices)
    else:
        assert content(*prices).prices == tuple(prices)
