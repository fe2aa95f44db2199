"""A stored recipe for another yield: every amount exact, and rounded once, here, where it is shown."""

from fractions import Fraction
from typing import Any

import msgspec

from domain.errors import UnknownYieldError
from domain.ingredient import Catalogue
from domain.numerals import figure_text
from domain.recipe import RecipeYield


def scaled_recipe(document: bytes, wanted: Fraction | None, catalogue: Catalogue) -> bytes:
    """Return the document with its yield and amounts scaled; lines keep their text, which says the old ones.

    Raises UnknownYieldError where nobody said what the recipe makes, InvalidRecipeError for a yield out of bounds.
    """
    shown = msgspec.json.decode(document)
    made = shown.get("yield")
    if made is None:
        raise UnknownYieldError("Nobody said how much this recipe makes.")
    written = Fraction(str(made["amount"]))
    amount = RecipeYield(amount=wanted or written, unit=made["unit"]).amount
    factor = amount / written
    for section in shown["ingredients"]:
        section["lines"] = [_line(line, factor, catalogue) for line in section["lines"]]
    return msgspec.json.encode({**shown, "yield": {**made, "amount": _number(amount)}, "scaledBy": figure_text(factor)})


def _line(line: dict[str, Any], factor: Fraction, catalogue: Catalogue) -> dict[str, Any]:
    if "portion" in line:
        return {**line, "portion": _number(Fraction(str(line["portion"])) * factor)}
    reading = catalogue.read(line["text"]).scaled(factor)
    shown = {"text": line["text"]}
    if reading.ingredient is not None:
        shown["ingredient"] = reading.ingredient
    if (amount := reading.line.amount) is not None:
        shown["amount"] = figure_text(amount.low)
        if amount.is_range:
            shown["amountTo"] = figure_text(amount.high)
        if reading.line.unit is not None:
            shown["unit"] = reading.line.unit.name
    return shown if reading.grams is None else {**shown, "grams": round(float(reading.grams), 1)}


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else round(float(value), 6)
