"""What follows from a recipe and a catalogue: kept beside the recipe, and worked out anew when either changes."""

from dataclasses import dataclass
from uuid import UUID

from domain.allergens import RecipeAllergens, allergens_of
from domain.ingredient import Catalogue
from domain.nutrition import RecipeNutrition, nutrition_of
from domain.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeProjection:
    """A recipe's nutrition and allergens; `version` and `catalogue` name what they were made from."""

    recipe_id: UUID
    version: int
    catalogue: str
    nutrition: RecipeNutrition
    allergens: RecipeAllergens


def project(recipe: Recipe, catalogue: Catalogue, catalogue_name: str) -> RecipeProjection:
    """Work out the projection of a recipe whose lines were read with this catalogue."""
    return RecipeProjection(
        recipe_id=recipe.id,
        version=recipe.version,
        catalogue=catalogue_name,
        nutrition=nutrition_of(recipe.readings, catalogue),
        allergens=allergens_of(recipe.readings, catalogue),
    )
