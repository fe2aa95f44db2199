"""A recipe's nutrition from its lines, exact, and honest about what it could not know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType


class Nutrient(StrEnum):
    """What is summed; the value is the name in tables and reports, the unit its last word."""

    ENERGY = "energy_kcal"
    PROTEIN = "protein_g"
    FAT = "fat_g"
    SATURATES = "saturates_g"
    CARBOHYDRATE = "carbohydrate_g"
    SUGARS = "sugars_g"
    FIBRE = "fibre_g"
    SODIUM = "sodium_mg"
    CALCIUM = "calcium_mg"
    IRON = "iron_mg"
    POTASSIUM = "potassium_mg"
    VITAMIN_C = "vitamin_c_mg"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeNutrition:
    """What a whole recipe (not a serving of it) holds, as far as its lines tell.

    Of `lines`, `resolved` are understood (weighed, or left to taste) and `weighed` have grams. `totals` sums
    the weighed lines whose ingredient has a figure, `known` says how many those are; a nutrient that no line
    knows is in neither, since unknown is not zero.
    """

    lines: int
    resolved: int
    weighed: int
    totals: Mapping[Nutrient, Fraction]
    known: Mapping[Nutrient, int]

    def is_complete(self, nutrient: Nutrient) -> bool:
        """Whether nothing is missing from this total: all lines resolved, every weighed one with a figure."""
        return 0 < self.weighed == self.known.get(nutrient, 0) and self.resolved == self.lines

    def plus(self, other: "RecipeNutrition") -> "RecipeNutrition":
        """Return the nutrition of both taken together."""
        totals, known = dict(self.totals), dict(self.known)
        for nutrient, total in other.totals.items():
            totals[nutrient] = totals.get(nutrient, Fraction(0)) + total
            known[nutrient] = known.get(nutrient, 0) + other.known[nutrient]
        return RecipeNutrition(
            lines=self.lines + other.lines,
            resolved=self.resolved + other.resolved,
            weighed=self.weighed + other.weighed,
            totals=MappingProxyType(totals),
            known=MappingProxyType(known),
        )
