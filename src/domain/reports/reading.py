"""From a recipe's readings to what reports read."""

from fractions import Fraction

from domain.recipe import Recipe
from domain.reports.facts import MICROGRAMS_PER_GRAM, RecipeFacts


def facts_of(recipe: Recipe) -> RecipeFacts:
    """Return the recipe as reports take it; weights are rounded to the microgram, once."""
    readings = recipe.readings
    return RecipeFacts(
        id=recipe.id,
        version=recipe.version,
        name=recipe.content.name,
        category=recipe.content.category,
        servings=recipe.content.servings,
        lines=len(readings),
        resolved=sum(reading.is_resolved for reading in readings),
        ingredients=tuple(reading.ingredient for reading in readings),
        weights=tuple(_micrograms(reading.grams) for reading in readings),
        unread=tuple(reading.line.raw for reading in readings if reading.ingredient is None),
    )


def _micrograms(grams: Fraction | None) -> int | None:
    return None if grams is None else round(grams * MICROGRAMS_PER_GRAM)
