"""An ingredient line: the text as written, and how this version of the parser reads it."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.line_parser_en import read_english
from domain.line_parser_ja import read_japanese
from domain.line_reading import Certainty, Reading
from domain.numerals import plain_text
from domain.quantity import Amount
from domain.units import Unit

PARSER_VERSION = 1
"""Counted up whenever a line can be read differently than before, so that stored readings can be renewed."""

LONGEST_READ = 500
"""Characters of a line that are read; what is longer is prose, kept whole in `raw`."""

_JAPANESE = re.compile("[぀-ヿ㐀-鿿]")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientLine:
    """One line of a recipe, read.

    `amount` is None when the line names none; `unit` is None when whole things are counted. `ingredient` is
    the text that should name the ingredient, unchecked. `to_taste` says that the amount is left to the cook
    and too small to weigh. `confidence` runs from 0 to 1 and orders readings; it is no probability.
    """

    raw: str
    amount: Amount | None
    unit: Unit | None
    ingredient: str
    preparation: str | None = None
    optional: bool = False
    to_taste: bool = False
    confidence: float
    parser_version: int

    def scaled(self, factor: Fraction) -> "IngredientLine":
        """Return the line for so many times as much; `raw` stays what was written."""
        return self if self.amount is None else replace(self, amount=self.amount.scaled(factor))


def parse_line(raw: str) -> IngredientLine:
    """Read an English or Japanese line; any text gives a line, dirt gives one without an amount."""
    text = plain_text(raw[:LONGEST_READ])[:LONGEST_READ]
    reading = read_japanese(text) if _JAPANESE.search(text) else read_english(text)
    measure = reading.measure
    if measure is not None and measure.is_absurd:
        measure = None
    return IngredientLine(
        raw=raw,
        amount=measure.amount if measure else None,
        unit=measure.unit if measure else None,
        ingredient=reading.ingredient,
        preparation=reading.preparation,
        optional=reading.optional,
        to_taste=reading.to_taste,
        confidence=_confidence(reading),
        parser_version=PARSER_VERSION,
    )


def _confidence(reading: Reading) -> float:
    certainty = reading.certainty if reading.ingredient else Certainty.NOTHING
    return certainty / 100
