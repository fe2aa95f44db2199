"""Which allergens a dish holds: the worst that any of its lines says, and an unknown line says nothing good."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.ingredient import Allergen, Catalogue, Presence, ResolvedLine
from domain.japanese_allergens import JapaneseAllergen
from domain.listed_allergens import Listed, ListedAllergens, all_unknown, together


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeAllergens:
    """The allergens of a dish, by the EU's list and by Japan's."""

    eu: ListedAllergens[Allergen]
    jp: ListedAllergens[JapaneseAllergen]

    def presence(self, allergen: Allergen | JapaneseAllergen) -> Presence:
        """Return whether the allergen is in the dish."""
        if isinstance(allergen, JapaneseAllergen):
            return _presence(self.jp, allergen)
        return _presence(self.eu, allergen)

    def plus(self, other: "RecipeAllergens") -> "RecipeAllergens":
        """Return the allergens of both dishes eaten together: for each, the worse of the two answers."""
        return RecipeAllergens(eu=self.eu.plus(other.eu), jp=self.jp.plus(other.jp))


ALL_UNKNOWN = RecipeAllergens(eu=all_unknown(Allergen), jp=all_unknown(JapaneseAllergen))


def allergens_of(lines: Iterable[ResolvedLine], catalogue: Catalogue) -> RecipeAllergens:
    """Return what the lines hold, optional ones and traces included; a line without a known ingredient may hold all."""
    told = [catalogue.allergens(name) for name in {line.ingredient for line in lines}]
    return RecipeAllergens(
        eu=together(Allergen, [each.eu for each in told]),
        jp=together(JapaneseAllergen, [each.jp for each in told]),
    )


def _presence(known: ListedAllergens[Listed], allergen: Listed) -> Presence:
    if allergen in known.contained:
        return Presence.CONTAINS
    if allergen in known.possible:
        return Presence.MAY_CONTAIN
    return Presence.UNKNOWN if allergen in known.unknown else Presence.FREE
