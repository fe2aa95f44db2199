"""Amounts and units: exact, whatever the path."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quantity import Amount
from domain.units import Dimension, Unit, converted, find_unit, unit_words

amounts = st.builds(
    lambda low, more: Amount(low, low + more),
    st.fractions(min_value=0, max_value=1000, max_denominator=64),
    st.fractions(min_value=0, max_value=10, max_denominator=64),
)
factors = st.fractions(min_value=0, max_value=100, max_denominator=64)
units = st.sampled_from(sorted(unit_words())).map(find_unit).filter(lambda unit: unit is not None)


@given(amounts, factors, factors)
def test_scaling_twice_is_scaling_by_the_product(amount: Amount, first: Fraction, second: Fraction) -> None:
    assert amount.scaled(first).scaled(second) == amount.scaled(first * second)


@given(amounts, factors.filter(bool))
def test_scaling_can_be_undone_exactly(amount: Amount, factor: Fraction) -> None:
    assert amount.scaled(1) == amount
    assert amount.scaled(factor).scaled(1 / factor) == amount


@given(amounts, amounts, factors)
def test_scaling_a_sum_scales_its_parts(one: Amount, other: Amount, factor: Fraction) -> None:
    assert one.plus(other).scaled(factor) == one.scaled(factor).plus(other.scaled(factor))


@given(amounts)
def test_the_midpoint_lies_within_the_range(amount: Amount) -> None:
    assert amount.low <= amount.midpoint <= amount.high
    assert amount.is_range == (amount.low < amount.high)


@pytest.mark.parametrize(("low", "high"), [(2, 1), (-1, 1), (-2, -1)])
def test_an_impossible_amount_is_refused(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="An amount needs"):
        Amount(Fraction(low), Fraction(high))


@given(factors, units, units)
def test_conversion_round_trips_or_is_refused(value: Fraction, source: Unit, target: Unit) -> None:
    there = converted(value, source, target)
    if source.dimension is not target.dimension:
        assert there is None
    else:
        assert there is not None
        assert converted(there, target, source) == value


@given(factors, units, units, units)
def test_conversion_does_not_depend_on_the_path(value: Fraction, source: Unit, via: Unit, target: Unit) -> None:
    halfway = converted(value, source, via)
    if halfway is not None:
        assert converted(halfway, via, target) == converted(value, source, target)


@pytest.mark.parametrize(
    ("word", "name", "base"),
    [
        ("cup", "cup", "236.5882365"),
        ("TBSP.", "tablespoon", "14.78676478125"),
        ("T", "tablespoon", "14.78676478125"),
        ("t", "teaspoon", "4.92892159375"),
        ("quarts", "quart", "946.352946"),
        ("lbs.", "pound", "453.59237"),
        ("oz", "ounce", "28.349523125"),
        ("大さじ", "大さじ", "15"),
        ("小さじ", "小さじ", "5"),
        ("カップ", "カップ", "200"),
        ("合", "合", "180"),
        ("dozen", "dozen", "12"),
    ],
)
def test_a_unit_is_the_official_multiple(word: str, name: str, base: str) -> None:
    unit = find_unit(word)
    assert unit is not None
    assert (unit.name, unit.factor) == (name, Fraction(base))


def test_a_word_that_is_no_unit_names_none() -> None:
    assert find_unit("flour") is None
    assert find_unit("") is None


def test_counters_count_single_pieces() -> None:
    for word in ("個", "本", "枚", "片", "丁", "束"):
        unit = find_unit(word)
        assert unit is not None
        assert (unit.dimension, unit.factor) == (Dimension.COUNT, Fraction(1))
