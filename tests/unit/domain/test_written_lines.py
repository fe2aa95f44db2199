"""Lines written from what they mean are read back as that: parsing undoes formatting."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient_line import parse_line
from domain.quantity import Amount
from domain.units import Dimension, find_unit

ENGLISH = (
    "gram",
    "kilogram",
    "ounce",
    "pound",
    "millilitre",
    "litre",
    "teaspoon",
    "tablespoon",
    "cup",
    "pint",
    "quart",
)
JAPANESE = ("大さじ", "小さじ", "カップ", "合", "g", "個")
figures = st.builds(
    lambda whole, top, bottom: Fraction(whole) + Fraction(min(top, bottom - 1), bottom),
    st.integers(1, 60),
    st.integers(0, 7),
    st.sampled_from([2, 3, 4, 8]),
)


def english(figure: Fraction) -> str:
    whole, rest = divmod(figure, 1)
    return f"{whole} {rest}" if rest else str(whole)


@given(figure=figures, unit=st.sampled_from(ENGLISH), preparation=st.sampled_from(["", ", sifted", ", finely chopped"]))
def test_an_english_line_is_read_as_it_was_meant(figure: Fraction, unit: str, preparation: str) -> None:
    line = parse_line(f"{english(figure)} {unit}s flour{preparation}")
    assert (line.amount, line.unit, line.ingredient) == (Amount.exactly(figure), find_unit(unit), "flour")
    assert line.preparation == (preparation.removeprefix(", ") or None)


@given(low=figures, more=figures, unit=st.sampled_from(ENGLISH))
def test_a_range_keeps_both_its_ends(low: Fraction, more: Fraction, unit: str) -> None:
    line = parse_line(f"{english(low)} to {english(low + more)} {unit}s flour")
    assert (line.amount, line.unit) == (Amount(low, low + more), find_unit(unit))


@given(whole=st.integers(1, 60), unit=st.sampled_from(JAPANESE))
def test_a_japanese_line_is_read_as_it_was_meant(whole: int, unit: str) -> None:
    is_spoon = unit in {"大さじ", "小さじ", "カップ"}
    line = parse_line(f"小麦粉 {unit}{whole}" if is_spoon else f"小麦粉 {whole}{unit}")
    assert (line.amount, line.ingredient) == (Amount.exactly(whole), "小麦粉")
    found = find_unit(unit)
    assert found is not None
    assert line.unit == found or (line.unit is None and found.dimension is Dimension.COUNT)


@pytest.mark.parametrize("text", ["salt to taste", "塩 少々", "塩こしょう 適量"])
def test_what_is_left_to_taste_has_no_amount(text: str) -> None:
    line = parse_line(text)
    assert (line.amount, line.to_taste) == (None, True)
