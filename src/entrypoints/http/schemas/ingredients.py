"""Ingredients as clients write and get them."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, ClassVar

import msgspec

from domain.ingredient import Allergen, Ingredient, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.kept_ingredient import KeptIngredient
from domain.labels import label_of
from domain.nutrient import Nutrient
from entrypoints.http.cursors import InvalidCursorError

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


def _named(names: type[StrEnum]) -> msgspec.Meta:
    """Tell in the schema which names a table has."""
    return msgspec.Meta(extra_json_schema={"propertyNames": {"enum": [each.value for each in names]}})


class AllergenInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is in it by the EU's list and by Japan's; what is not mentioned is unknown, and unknown is not free."""

    eu: Annotated[dict[Allergen, Presence], _named(Allergen)] = msgspec.field(default_factory=dict)
    jp: Annotated[dict[JapaneseAllergen, Presence], _named(JapaneseAllergen)] = msgspec.field(default_factory=dict)


class IngredientInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What is known of an ingredient; what is unknown is left out. `source` says where the figures come from."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "name": "rice, cooked",
        "source": "The packet",
        "nutrientsPer100g": {"energy_kcal": 156},
        "allergens": {"eu": {}, "jp": {}},
    }

    name: Name
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    aliases: Annotated[tuple[Name, ...], msgspec.Meta(max_length=50)] = ()
    nutrients_per_100_g: Annotated[dict[Nutrient, float], _named(Nutrient)] = msgspec.field(
        default_factory=dict, name="nutrientsPer100g"
    )
    allergens: AllergenInput = msgspec.field(default_factory=AllergenInput)
    density_grams_per_ml: Positive | None = None
    piece_grams: Positive | None = None
    piece_measure: Name | None = None

    def ingredient(self) -> Ingredient:
        """Return what the domain makes of it."""
        return Ingredient(
            name=self.name,
            aliases=self.aliases,
            eu_allergens=self.allergens.eu,
            jp_allergens=self.allergens.jp,
            density_g_per_ml=_exact(self.density_grams_per_ml),
            piece_g=_exact(self.piece_grams),
            piece_measure=self.piece_measure,
            nutrients={nutrient: Fraction(str(figure)) for nutrient, figure in self.nutrients_per_100_g.items()},
            source=self.source,
        )


class LabelsShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What it is called in each language that it has a name in."""

    en: str | None = None
    ja: str | None = None


class AllergensShown(msgspec.Struct, frozen=True):
    """Every allergen of both lists."""

    eu: dict[Allergen, Presence]
    jp: dict[JapaneseAllergen, Presence]


class IngredientShown(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", kw_only=True):
    """An ingredient; without an owner it is of the table that came with Kondate."""

    id: str
    version: int
    owner: str | None = None
    name: str
    labels: LabelsShown
    aliases: tuple[str, ...] = ()
    nutrients_per_100_g: dict[Nutrient, float] = msgspec.field(name="nutrientsPer100g")
    allergens: AllergensShown
    density_grams_per_ml: float | None = None
    piece_grams: float | None = None
    piece_measure: str | None = None
    source: str


class IngredientList(msgspec.Struct, frozen=True):
    """One page; `next` is the address of the following one, null on the last."""

    items: tuple[IngredientShown, ...]
    next: str | None


def shown(kept: KeptIngredient) -> IngredientShown:
    """Return the public representation."""
    ingredient = kept.ingredient
    label = label_of(ingredient)
    return IngredientShown(
        id=str(kept.id),
        version=kept.version,
        owner=kept.owner,
        name=ingredient.name,
        labels=LabelsShown(label.en, label.ja),
        aliases=ingredient.aliases,
        nutrients_per_100_g=_figures(ingredient.nutrients),
        allergens=AllergensShown(
            eu={allergen: ingredient.presence(allergen) for allergen in Allergen},
            jp={allergen: ingredient.presence(allergen) for allergen in JapaneseAllergen},
        ),
        density_grams_per_ml=_shown(ingredient.density_g_per_ml),
        piece_grams=_shown(ingredient.piece_g),
        piece_measure=ingredient.piece_measure,
        source=ingredient.source,
    )


def listed(page: Sequence[KeptIngredient], following: str | None) -> IngredientList:
    """Return a page."""
    return IngredientList(tuple(map(shown, page)), following)


def cursor_after(name: str) -> str:
    """Return a place in the order of names as text that means nothing to clients."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def name_before(cursor: str) -> str:
    """Return the name that a cursor means; raise InvalidCursorError."""
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error


def _figures(nutrients: Mapping[Nutrient, Fraction]) -> dict[Nutrient, float]:
    return {nutrient: float(figure) for nutrient, figure in nutrients.items()}


def _shown(figure: Fraction | None) -> float | None:
    return None if figure is None else float(figure)


def _exact(figure: float | None) -> Fraction | None:
    """Return the decimal that was written, not the binary one nearest to it."""
    return None if figure is None else Fraction(str(figure))
