"""schema.org/Recipe (JSON-LD) as it is found in the wild, made into what the domain takes."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from domain.errors import InvalidRecipeError
from domain.recipe import (
    LARGEST_YIELD,
    LONGEST_MINUTES,
    LONGEST_NAME,
    LONGEST_TEXT,
    SMALLEST_YIELD,
    RecipeContent,
    RecipeYield,
    Section,
)

DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:\d+S)?)?")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
LONGEST_LINE = 500

Node = Mapping[str, object]


def recipe_content(node: Node) -> RecipeContent:
    """Return the recipe; raise InvalidRecipeError when it has no name or no ingredients.

    What cannot be understood (a yield in words, a duration that is none) is left out: unknown, not guessed.
    """
    lines = tuple(line[:LONGEST_LINE] for line in _texts(node.get("recipeIngredient")))
    if not lines:
        raise InvalidRecipeError("The recipe has no ingredients.", pointer="/recipeIngredient")
    return RecipeContent(
        name=next(_texts(node.get("name")), "")[:LONGEST_NAME],
        sections=(Section(lines=lines),),
        steps=tuple(step[:LONGEST_TEXT] for step in _texts(node.get("recipeInstructions"))),
        description=_first(node.get("description")),
        recipe_yield=_yield(_first(node.get("recipeYield"))),
        category=_first(node.get("recipeCategory")),
        cuisine=_first(node.get("recipeCuisine")),
        tags=_tags(node.get("keywords")),
        prep_minutes=_minutes(node.get("prepTime")),
        cook_minutes=_minutes(node.get("cookTime")),
        language=_first(node.get("inLanguage")),
        source=_first(node.get("isBasedOn")) or _first(node.get("url")),
        licence=_first(node.get("license")),
    )


def _texts(value: object) -> Iterator[str]:
    """Yield the texts of a value that may be one, several, or nodes that hold them (HowToStep, HowToSection)."""
    match value:
        case str() if value.strip():
            yield _clean(value)
        case bool():
            return
        case int() | float():
            yield str(value)
        case list():
            for item in value:
                yield from _texts(item)
        case {"itemListElement": items}:
            yield from _texts(items)
        case {"text": text}:
            yield from _texts(text)
        case {"@id": identifier}:
            yield from _texts(identifier)
        case {"name": name}:
            yield from _texts(name)


def _clean(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _first(value: object) -> str | None:
    text = next(_texts(value), None)
    return text[:LONGEST_TEXT] if text else None


def _tags(value: object) -> tuple[str, ...]:
    words = (word.strip()[:100] for text in _texts(value) for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:50]


def _yield(text: str | None) -> RecipeYield | None:
    """Read "4", "4 servings" or "Makes 24 biscuits"; a range counts as its lower end."""
    number = NUMBER.search(text or "")
    if text is None or number is None or not SMALLEST_YIELD <= Fraction(number[0]) <= LARGEST_YIELD:
        return None
    unit = text[number.end() :].strip(" .") or "servings"
    return RecipeYield(amount=Fraction(number[0]), unit=unit[:50])


def _minutes(value: object) -> int | None:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(match[name] or 0) for name in ("days", "hours", "minutes"))
    return min((days * 24 + hours) * 60 + minutes, LONGEST_MINUTES)
