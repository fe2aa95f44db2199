"""Scaling is exact: in any number of steps, there and back."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient import Catalogue, ResolvedLine
from domain.numerals import figure_text, read_number
from tests.support.contracts.unit_of_work import an_ingredient

CATALOGUE = Catalogue([an_ingredient("rice")])
factors = st.fractions(min_value=Fraction(1, 60), max_value=100, max_denominator=60)
readings = st.sampled_from(["1/3 oz rice", "100 to 200 g rice", "rice to taste", "2 lumps of moon dust"]).map(
    CATALOGUE.read
)


@given(readings, factors, factors)
def test_two_steps_are_one_and_their_order_does_not_matter(line: ResolvedLine, one: Fraction, two: Fraction) -> None:
    assert line.scaled(one).scaled(two) == line.scaled(one * two) == line.scaled(two).scaled(one)


@given(readings, factors)
def test_there_and_back_is_where_it_was(line: ResolvedLine, factor: Fraction) -> None:
    assert line.scaled(factor).scaled(1 / factor) == line
    assert line.scaled(Fraction(1)) == line


def test_a_part_is_scaled_with_the_whole() -> None:
    part = ResolvedLine(line=CATALOGUE.read("stock").line, ingredient=None, grams=None, portion=Fraction(1, 4))
    assert part.scaled(Fraction(2)).portion == Fraction(1, 2)


@given(st.fractions(min_value=0, max_value=99_999, max_denominator=9_999))
def test_a_figure_is_read_back_as_it_was_written(figure: Fraction) -> None:
    text = figure_text(figure)
    assert read_number(text) == (figure, len(text))
