"""Ingredients from the rows of a table such as `ingredients.csv`."""

from collections.abc import Mapping
from fractions import Fraction

from domain.ingredient import Allergen, Ingredient, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.nutrient import Nutrient

SOURCE = "USDA National Nutrient Database for Standard Reference 28"


def ingredient_from_row(row: Mapping[str, str]) -> Ingredient:
    """Return the ingredient of one row; raise ValueError or KeyError when a column is missing or no number.

    An allergen listed plainly is contained, one with `*` may be, one with `?` is unknown. The others are absent where
    `allergen_basis` says why that is certain ("single food": it is nothing but itself), else they stay unknown.
    """
    others = Presence.FREE if row["allergen_basis"] else Presence.UNKNOWN
    listed = {Allergen(name): presence for name, presence in map(_presence, _listed(row["eu_allergens"]))}
    in_japan = {JapaneseAllergen(name): presence for name, presence in map(_presence, _listed(row["jp_allergens"]))}
    return Ingredient(
        name=row["name"],
        aliases=_listed(row["aliases"]),
        eu_allergens={allergen: listed.get(allergen, others) for allergen in Allergen},
        jp_allergens={allergen: in_japan.get(allergen, others) for allergen in JapaneseAllergen},
        density_g_per_ml=_figure(row["density_g_per_ml"]),
        piece_g=_figure(row["piece_g"]),
        piece_measure=row["piece_measure"] or None,
        nutrients={nutrient: figure for nutrient in Nutrient if (figure := _figure(row[nutrient])) is not None},
        source=f"{SOURCE}, NDB {row['usda_ndb_no']}" if row["usda_ndb_no"] else "own table",
    )


def _presence(item: str) -> tuple[str, Presence]:
    marks = {"*": Presence.MAY_CONTAIN, "?": Presence.UNKNOWN}
    return item.rstrip("*?"), marks.get(item[-1], Presence.CONTAINS)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _figure(text: str) -> Fraction | None:
    return Fraction(text) if text else None
