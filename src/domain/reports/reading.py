"""From a recipe's readings to what reports read."""

from fractions import Fraction

from domain.recipe import Recipe
from domain.reports.composition import WHOLE
from domain.reports.facts import MICROGRAMS_PER_GRAM, RecipeFacts


def facts_of(recipe: Recipe) -> RecipeFacts:
    """Return the recipe as reports take it; weights are rounded to the microgram, once."""
    readings = [reading for reading in recipe.readings if reading.sub_recipe_id is None]
    portions = [(each.sub_recipe_id, each.portion) for each in recipe.readings]
    return RecipeFacts(
        id=recipe.id,
        version=recipe.version,
        name=recipe.content.name,
        category=recipe.content.category,
        servings=recipe.content.servings,
        lines=len(recipe.readings),
        resolved=sum(reading.is_resolved for reading in readings),
        ingredients=tuple(reading.ingredient for reading in readings),
        weights=tuple(_micrograms(reading.grams) for reading in readings),
        unread=tuple(reading.line.raw for reading in readings if reading.ingredient is None),
        parts=tuple((used, _millionths(portion)) for used, portion in portions if used is not None),
    )


def _millionths(portion: Fraction | None) -> int | None:
    return None if portion is None else round(portion * WHOLE)


def _micrograms(grams: Fraction | None) -> int | None:
    return None if grams is None else round(grams * MICROGRAMS_PER_GRAM)
