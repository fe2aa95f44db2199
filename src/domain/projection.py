"""What follows from a recipe and a catalogue: kept beside the recipe, and worked out anew when either changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.allergens import ALL_UNKNOWN, RecipeAllergens, allergens_of
from domain.ingredient import Catalogue
from domain.nutrition import NOT_UNDERSTOOD, RecipeNutrition, nutrition_of
from domain.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeProjection:
    """A recipe's nutrition and allergens; `version` and `catalogue` name what they were made from."""

    recipe_id: UUID
    version: int
    catalogue: str
    nutrition: RecipeNutrition
    allergens: RecipeAllergens


def project(
    recipe: Recipe, catalogue: Catalogue, catalogue_name: str, parts: Mapping[UUID, RecipeProjection]
) -> RecipeProjection:
    """Work out the projection of a recipe whose lines were read with this catalogue.

    A line that stands for another recipe counts as that recipe's own lines, times its portion; without a portion it
    is not understood, though its allergens are known all the same.
    """
    own = [reading for reading in recipe.readings if reading.sub_recipe_id is None]
    nutrition, allergens = nutrition_of(own, catalogue), allergens_of(own, catalogue)
    for reading in recipe.readings:
        if reading.sub_recipe_id is None:
            continue
        part = parts.get(reading.sub_recipe_id)
        if part is None or reading.portion is None:
            nutrition = nutrition.plus(NOT_UNDERSTOOD)
        else:
            nutrition = nutrition.plus(part.nutrition.scaled(reading.portion))
        allergens = allergens.plus(part.allergens if part is not None else ALL_UNKNOWN)
    return RecipeProjection(
        recipe_id=recipe.id,
        version=recipe.version,
        catalogue=catalogue_name,
        nutrition=nutrition,
        allergens=allergens,
    )
