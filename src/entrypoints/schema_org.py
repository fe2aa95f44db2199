"""schema.org/Recipe (JSON-LD) as it is found in the wild, made into what the domain takes."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from domain.errors import InvalidRecipeError
from domain.recipe import (
    LARGEST_YIELD,
    LONGEST_MINUTES,
    LONGEST_NAME,
    LONGEST_TEXT,
    SMALLEST_YIELD,
    RecipeContent,
    RecipeStatus,
    RecipeYield,
    Section,
)

DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6}(?:\.\d{1,4})?)H)?(?:(?P<minutes>\d{1,8}(?:\.\d{1,4})?)M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.IGNORECASE | re.ASCII,
)
IN_MINUTES: Mapping[str, int | Fraction] = {
    "weeks": 10_080,
    "days": 1_440,
    "hours": 60,
    "minutes": 1,
    "seconds": Fraction(1, 60),
}
NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,18})?")
LONGEST_LINE = 500
LONGEST_UNIT = 50
DEEPEST = 20
"""Texts are looked for no deeper than this; a section of steps in a list of sections is at most 6 deep."""

SECTIONS = "kondate:sections"
STATUSES: Mapping[str, RecipeStatus] = {status.value: status for status in RecipeStatus}

Node = Mapping[str, object]


def recipe_node(value: object) -> Node:
    """Return the recipe in a JSON-LD document: the node itself, or the first one in a list or `@graph`.

    Raises InvalidRecipeError when there is none.
    """
    if isinstance(value, dict) and "@graph" in value:
        value = value["@graph"]
    match value:
        case dict() if "Recipe" in _types(value) or not _types(value):
            return value
        case list():
            for item in value:
                if isinstance(item, dict) and "Recipe" in _types(item):
                    return item
    raise InvalidRecipeError("There is no schema.org Recipe in this document.", pointer="")


def recipe_content(node: Node) -> RecipeContent:
    """Return the recipe; raise InvalidRecipeError when it has no name or no ingredients.

    What cannot be understood (a yield in words, a duration that is none) is left out: unknown, not guessed.
    """
    prep, cook, total = (_minutes(node.get(name)) for name in ("prepTime", "cookTime", "totalTime"))
    lines = [line[:LONGEST_LINE] for line in _texts(node.get("recipeIngredient") or node.get("ingredients"))]
    if not lines:
        raise InvalidRecipeError("The recipe has no ingredients.", pointer="/recipeIngredient")
    return RecipeContent(
        name=next(_texts(node.get("name")), "")[:LONGEST_NAME],
        sections=tuple(_sections(lines, node.get(SECTIONS))),
        steps=tuple(step[:LONGEST_TEXT] for step in _texts(node.get("recipeInstructions"))),
        description=_first(node.get("description")),
        recipe_yield=_yield(list(_texts(node.get("recipeYield") or node.get("yield")))),
        category=_first(node.get("recipeCategory")),
        cuisine=_first(node.get("recipeCuisine")),
        tags=_tags(node.get("keywords")),
        prep_minutes=prep,
        cook_minutes=_rest(total, prep) if cook is None else cook,
        language=_first(node.get("inLanguage")),
        source=_first(node.get("isBasedOn")) or _first(node.get("url")),
        licence=_first(node.get("license")),
    )


def recipe_identifier(node: Node) -> str | None:
    """Return what names the recipe where it comes from; None when nothing does."""
    match node.get("identifier"):
        case {"value": value}:
            return _first(value)
        case value:
            return _first(value) or _first(node.get("@id"))


def recipe_status(node: Node) -> RecipeStatus:
    """Return the status that the recipe has where it comes from; published, where that is not said."""
    return STATUSES.get((_first(node.get("creativeWorkStatus")) or "").lower(), RecipeStatus.PUBLISHED)


def _sections(lines: list[str], told: object) -> Iterator[Section]:
    """Yield the lines under their headings, if somebody says which: schema.org knows none, our own exports do."""
    match told:
        case [*told] if sum(_count(each) for each in told) == len(lines):
            rest = iter(lines)
            for each in told:
                yield Section(title=_title(each), lines=tuple(islice(rest, _count(each))))
        case _:
            yield Section(lines=tuple(lines))


def _count(section: object) -> int:
    match section:
        case {"lines": int(count)} if not isinstance(count, bool) and count >= 0:
            return count
    return -LARGEST_YIELD  # no sum comes out right with it


def _title(section: object) -> str | None:
    text = _first(section.get("title")) if isinstance(section, dict) else None
    return text[:LONGEST_NAME] if text else None


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts of a value that may be one, several, or nodes that hold them (HowToStep, HowToSection)."""
    if depth > DEEPEST:
        return
    match value:
        case str() if value.strip():
            yield _clean(value)
        case bool():
            return
        case int() | float():
            yield str(value)
        case list():
            for item in value:
                yield from _texts(item, depth + 1)
        case {"itemListElement": inner} | {"text": inner} | {"@id": inner} | {"name": inner}:
            yield from _texts(inner, depth + 1)


def _clean(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _first(value: object) -> str | None:
    text = next(_texts(value), None)
    return text[:LONGEST_TEXT] if text else None


def _tags(value: object) -> tuple[str, ...]:
    words = (word.strip()[:100] for text in _texts(value) for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:50]


def _rest(total: int | None, prep: int | None) -> int | None:
    return total - prep if total is not None and prep is not None and total >= prep else None


def _types(node: Node) -> set[str]:
    """Return a node's types without their vocabulary's address."""
    return {name.rpartition("/")[2].rpartition(":")[2] for name in _texts(node.get("@type"))}


def _yield(texts: list[str]) -> RecipeYield | None:
    """Read "4", "4 servings", "Makes 24 biscuits" or ["4", "4 servings"]; a range counts as its lower end."""
    found = [(number, text[number.end() :].strip(" .")) for text in texts if (number := NUMBER.search(text))]
    for number, unit in sorted(found, key=lambda one: not one[1]):
        amount = Fraction(number[0])
        if SMALLEST_YIELD <= amount <= LARGEST_YIELD:
            return RecipeYield(amount=amount, unit=unit[:LONGEST_UNIT].strip() or "servings")
    return None


def _minutes(value: object) -> int | None:
    """Return an ISO 8601 duration in whole minutes, None for anything else."""
    match = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    minutes = sum(Fraction(match[name] or 0) * factor for name, factor in IN_MINUTES.items())
    return min(round(minutes), LONGEST_MINUTES)
