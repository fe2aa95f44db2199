"""Ingredient lines as columns, so that any number of them is written by one statement."""

from collections.abc import Sequence
from fractions import Fraction

from domain.ingredient import ResolvedLine

MICROGRAMS = 1_000_000
MILLIONTHS = 1_000_000


def line_columns(readings: Sequence[ResolvedLine]) -> tuple[list[object], ...]:
    """Return one list a column of `recipe_line`, from `raw` to `sub_recipe_millionths`."""
    ends = [reading.gram_ends or (None, None) for reading in readings]
    return (
        [reading.line.raw for reading in readings],
        [reading.line.parser_version for reading in readings],
        [reading.line.confidence for reading in readings],
        [reading.status.value for reading in readings],
        [reading.ingredient for reading in readings],
        [micrograms(reading.grams) for reading in readings],
        [micrograms(low) for low, _ in ends],
        [micrograms(high) for _, high in ends],
        [reading.line.optional for reading in readings],
        [reading.sub_recipe_id for reading in readings],
        [None if reading.portion is None else round(reading.portion * MILLIONTHS) for reading in readings],
    )


def micrograms(grams: Fraction | None) -> int | None:
    """Return a weight as whole micrograms: far finer than any scale, and summed without error."""
    return None if grams is None else round(grams * MICROGRAMS)
