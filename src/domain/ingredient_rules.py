"""What can be said of an ingredient: what no food can be is refused where it is said."""

import re
from collections.abc import Mapping
from fractions import Fraction

from domain.errors import InvalidIngredientError
from domain.ingredient import Ingredient
from domain.ingredient_names import is_findable
from domain.nutrient import Nutrient

LONGEST_NAME = 100
LONGEST_SOURCE = 500
MOST_ALIASES = 50
LEAST_DENSITY, MOST_DENSITY = Fraction(1, 100), Fraction(5)
"""Grams per millilitre: from puffed rice to more than salt."""
HEAVIEST_PIECE = 100_000
FINEST = 10**9
"""Figures have at most nine decimal places."""
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# The most that 100 g of anything can hold: pure fat has some 900 kcal.
_MOST: Mapping[str, int] = {"kcal": 1_000, "g": 100, "mg": 100_000}
_MACRONUTRIENTS = (Nutrient.PROTEIN, Nutrient.FAT, Nutrient.CARBOHYDRATE)
# Each is measured by itself, and carbohydrate by difference, so that their sum may be off by a little.
_MOST_TOGETHER = 102


def check_ingredient(ingredient: Ingredient) -> None:
    """Raise InvalidIngredientError, naming the field by a JSON pointer, when a rule is broken."""
    _check_name(ingredient.name, "/name")
    if len(ingredient.aliases) > MOST_ALIASES:
        raise InvalidIngredientError(f"At most {MOST_ALIASES} aliases.", pointer="/aliases")
    for number, alias in enumerate(ingredient.aliases):
        _check_name(alias, f"/aliases/{number}")
    _check_text(ingredient.source, "/source", longest=LONGEST_SOURCE)
    _check_measures(ingredient)
    for nutrient, figure in ingredient.nutrients.items():
        most = _MOST[nutrient.rpartition("_")[2]]
        _check_figure(figure, 0, most, f"/nutrientsPer100g/{nutrient}")
    together = sum(ingredient.nutrients.get(nutrient, 0) for nutrient in _MACRONUTRIENTS)
    if together > _MOST_TOGETHER:
        raise InvalidIngredientError(
            "Protein, fat and carbohydrate are more than 100 g together.", pointer="/nutrientsPer100g"
        )


def _check_measures(ingredient: Ingredient) -> None:
    if ingredient.density_g_per_ml is not None:
        _check_figure(ingredient.density_g_per_ml, LEAST_DENSITY, MOST_DENSITY, "/densityGramsPerMl")
    if ingredient.piece_g is not None:
        _check_figure(ingredient.piece_g, Fraction(1, 1000), HEAVIEST_PIECE, "/pieceGrams")
    if ingredient.piece_measure is not None:
        if ingredient.piece_g is None:
            raise InvalidIngredientError("A piece without a weight says nothing.", pointer="/pieceMeasure")
        _check_text(ingredient.piece_measure, "/pieceMeasure", longest=LONGEST_NAME)


def _check_name(name: str, pointer: str) -> None:
    _check_text(name, pointer, longest=LONGEST_NAME)
    if not is_findable(name):
        raise InvalidIngredientError("A name has from 1 to 6 words, or up to 40 Japanese characters.", pointer=pointer)


def _check_text(text: str, pointer: str, *, longest: int) -> None:
    if not text.strip() or len(text) > longest or _UNPRINTABLE.search(text):
        raise InvalidIngredientError(f"From 1 to {longest} characters, all of them printable.", pointer=pointer)


def _check_figure(figure: Fraction, least: Fraction | int, most: Fraction | int, pointer: str) -> None:
    if not least <= figure <= most or FINEST % figure.denominator:
        least_shown = float(least) if isinstance(least, Fraction) else least
        raise InvalidIngredientError(f"From {least_shown:g} to {float(most):,g}.", pointer=pointer)
