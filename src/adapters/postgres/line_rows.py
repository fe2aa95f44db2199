"""Ingredient lines as columns, so that any number of them is written by one statement."""

from collections.abc import Sequence
from fractions import Fraction

from domain.ingredient import ResolvedLine

MICROGRAMS = 1_000_000
MILLIONTHS = 1_000_000


def line_columns(readings: Sequence[ResolvedLine]) -> tuple[list[object], ...]:
    """Return one list a column of `recipe_line`, from `raw` to `sub_recipe_millionths`."""
    weights = [_weights(reading) for reading in readings]
    return (
        [reading.line.raw for reading in readings],
        [reading.line.parser_version for reading in readings],
        [reading.line.confidence for reading in readings],
        [reading.status.value for reading in readings],
        [reading.ingredient for reading in readings],
        [middle for middle, _, _ in weights],
        [low for _, low, _ in weights],
        [high for _, _, high in weights],
        [reading.line.optional for reading in readings],
        [reading.sub_recipe_id for reading in readings],
        [None if reading.portion is None else _whole(reading.portion, MILLIONTHS) for reading in readings],
    )


def micrograms(grams: Fraction | None) -> int | None:
    """Return a weight as whole micrograms: far finer than any scale, and summed without error."""
    return None if grams is None else _whole(grams, MICROGRAMS)


def _weights(reading: ResolvedLine) -> tuple[int | None, int | None, int | None]:
    """Return the middle and the ends; a plain figure is worked out once."""
    amount, middle = reading.line.amount, micrograms(reading.grams)
    if middle is None or amount is None:
        return middle, None, None
    if not amount.is_range:
        return middle, middle, middle
    low, high = reading.gram_ends or (None, None)
    return middle, micrograms(low), micrograms(high)


def _whole(figure: Fraction, parts: int) -> int:
    """Return so many parts of the figure, rounded half to even as `round` does it, in a third of its time."""
    top, bottom = figure.as_integer_ratio()
    whole, rest = divmod(top * parts, bottom)
    return whole + (2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1))
