"""Ingredients from the rows of a table such as `ingredients.csv`."""

from collections.abc import Mapping
from fractions import Fraction

from domain.ingredient import Allergen, Ingredient, Presence
from domain.nutrient import Nutrient

SOURCE = "USDA National Nutrient Database for Standard Reference 28"


def ingredient_from_row(row: Mapping[str, str]) -> Ingredient:
    """Return the ingredient of one row; raise ValueError or KeyError when a column is missing or no number.

    The table lists the allergens that an ingredient contains; it does not claim that it is free of the others,
    so those stay unknown.
    """
    return Ingredient(
        name=row["name"],
        aliases=_listed(row["aliases"]),
        eu_allergens={Allergen(name): Presence.CONTAINS for name in _listed(row["eu_allergens"])},
        density_g_per_ml=_figure(row["density_g_per_ml"]),
        piece_g=_figure(row["piece_g"]),
        piece_measure=row["piece_measure"] or None,
        nutrients={nutrient: figure for nutrient in Nutrient if (figure := _figure(row[nutrient])) is not None},
        source=f"{SOURCE}, NDB {row['usda_ndb_no']}" if row["usda_ndb_no"] else "own table",
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _figure(text: str) -> Fraction | None:
    return Fraction(text) if text else None
