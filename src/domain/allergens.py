"""Which allergens a dish holds: the worst that any of its lines says, and an unknown line says nothing good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.ingredient import Allergen, Catalogue, Presence, ResolvedLine

# From harmless to certain. What is known to be in a dish stays so, whatever else is unknown about it.
_ORDER = (Presence.FREE, Presence.UNKNOWN, Presence.MAY_CONTAIN, Presence.CONTAINS)
_RANK: Mapping[Presence, int] = {presence: rank for rank, presence in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeAllergens:
    """The allergens of a dish; one that is in none of the three sets is absent for certain."""

    contained: frozenset[Allergen] = frozenset()
    possible: frozenset[Allergen] = frozenset()
    unknown: frozenset[Allergen] = frozenset()

    def presence(self, allergen: Allergen) -> Presence:
        """Return whether the allergen is in the dish."""
        if allergen in self.contained:
            return Presence.CONTAINS
        if allergen in self.possible:
            return Presence.MAY_CONTAIN
        return Presence.UNKNOWN if allergen in self.unknown else Presence.FREE

    @property
    def free(self) -> frozenset[Allergen]:
        """What the dish is free of, for certain."""
        return frozenset(Allergen) - self.contained - self.possible - self.unknown

    def plus(self, other: "RecipeAllergens") -> "RecipeAllergens":
        """Return the allergens of both dishes eaten together: for each, the worse of the two answers."""
        contained = self.contained | other.contained
        possible = (self.possible | other.possible) - contained
        return RecipeAllergens(
            contained=contained, possible=possible, unknown=(self.unknown | other.unknown) - contained - possible
        )


ALL_UNKNOWN = RecipeAllergens(unknown=frozenset(Allergen))


def allergens_of(lines: Iterable[ResolvedLine], catalogue: Catalogue) -> RecipeAllergens:
    """Return what the lines hold, optional ones and traces included; a line without a known ingredient may hold all."""
    worst = dict.fromkeys(Allergen, Presence.FREE)
    for name in {line.ingredient for line in lines}:
        ingredient = catalogue.get(name) if name is not None else None
        told = ingredient.eu_allergens if ingredient is not None else {}
        for allergen, known in worst.items():
            presence = told.get(allergen, Presence.UNKNOWN)
            if presence is not known and _RANK[presence] > _RANK[known]:
                worst[allergen] = presence
    return RecipeAllergens(
        contained=_with(worst, Presence.CONTAINS),
        possible=_with(worst, Presence.MAY_CONTAIN),
        unknown=_with(worst, Presence.UNKNOWN),
    )


def _with(worst: Mapping[Allergen, Presence], wanted: Presence) -> frozenset[Allergen]:
    return frozenset(allergen for allergen, presence in worst.items() if presence is wanted)
