"""The recipe as it is shown and stored: one JSON document, written once per version, read back exactly."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from itertools import islice
from uuid import UUID

import msgspec

from domain.ingredient import ResolvedLine
from domain.ingredient_line import parse_line
from domain.recipe import Recipe, RecipeContent, RecipeStatus, RecipeYield, Section, SubRecipe


class YieldDocument(msgspec.Struct, frozen=True):
    """How much it makes."""

    amount: int | float
    unit: str


class LineDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One line as written, and how it was read; `grams` is rounded to a tenth.

    A line that stands for another recipe names it, and the portion of it where the author gave one.
    """

    text: str
    ingredient: str | None = None
    grams: float | None = None
    recipe_id: UUID | None = None
    portion: int | float | None = None


class SectionDocument(msgspec.Struct, frozen=True):
    """Lines under an optional heading."""

    title: str | None
    lines: tuple[LineDocument, ...]


class RecipeDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The public representation of a recipe; members that are unknown are left out."""

    id: UUID
    version: int
    status: RecipeStatus
    owner: str
    name: str
    description: str | None = None
    recipe_yield: YieldDocument | None = msgspec.field(default=None, name="yield")
    category: str | None = None
    cuisine: str | None = None
    tags: tuple[str, ...] = ()
    prep_minutes: int | None = None
    cook_minutes: int | None = None
    language: str | None = None
    source: str | None = None
    licence: str | None = None
    ingredients: tuple[SectionDocument, ...]
    steps: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime


class ScaledLineDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One line for another yield; amounts are exact, written as a fraction where they are no whole number."""

    text: str
    ingredient: str | None = None
    amount: str | None = None
    amount_to: str | None = None
    unit: str | None = None
    grams: float | None = None
    recipe_id: UUID | None = None
    portion: int | float | None = None


class ScaledSectionDocument(msgspec.Struct, frozen=True):
    """Scaled lines under an optional heading."""

    title: str | None
    lines: tuple[ScaledLineDocument, ...]


class ScaledRecipeDocument(RecipeDocument, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A recipe for another yield; `scaledBy` is the factor, a fraction where it is no whole number."""

    ingredients: tuple[ScaledSectionDocument, ...]  # type: ignore[assignment]
    scaled_by: str


def recipe_document(recipe: Recipe) -> bytes:
    """Return the recipe's public JSON."""
    content, lines = recipe.content, _lines(recipe)
    made = content.recipe_yield
    return msgspec.json.encode(
        RecipeDocument(
            id=recipe.id,
            version=recipe.version,
            status=recipe.status,
            owner=recipe.owner,
            name=content.name,
            description=content.description,
            recipe_yield=YieldDocument(_number(made.amount), made.unit) if made else None,
            category=content.category,
            cuisine=content.cuisine,
            tags=content.tags,
            prep_minutes=content.prep_minutes,
            cook_minutes=content.cook_minutes,
            language=content.language,
            source=content.source,
            licence=content.licence,
            ingredients=tuple(
                SectionDocument(section.title, tuple(islice(lines, len(section.lines)))) for section in content.sections
            ),
            steps=content.steps,
            created_at=recipe.created_at,
            updated_at=recipe.updated_at,
        )
    )


def recipe_from(document: bytes) -> Recipe:
    """Rebuild the aggregate from its document; raise msgspec.ValidationError if it is not one."""
    shown = msgspec.json.decode(document, type=RecipeDocument)
    readings = tuple(
        ResolvedLine(
            line=parse_line(line.text),
            ingredient=line.ingredient,
            grams=_exact(line.grams),
            sub_recipe_id=line.recipe_id,
            portion=_exact(line.portion),
        )
        for line in _all_lines(shown)
    )
    return Recipe(
        id=shown.id,
        owner=shown.owner,
        version=shown.version,
        status=shown.status,
        content=_content(shown),
        readings=readings,
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )


def _content(shown: RecipeDocument) -> RecipeContent:
    made = shown.recipe_yield
    return RecipeContent(
        name=shown.name,
        sections=tuple(
            Section(title=section.title, lines=tuple(line.text for line in section.lines))
            for section in shown.ingredients
        ),
        steps=shown.steps,
        description=shown.description,
        recipe_yield=RecipeYield(amount=Fraction(str(made.amount)), unit=made.unit) if made else None,
        category=shown.category,
        cuisine=shown.cuisine,
        tags=shown.tags,
        prep_minutes=shown.prep_minutes,
        cook_minutes=shown.cook_minutes,
        language=shown.language,
        source=shown.source,
        licence=shown.licence,
        sub_recipes=tuple(
            SubRecipe(line=number, recipe_id=line.recipe_id, portion=_exact(line.portion))
            for number, line in enumerate(_all_lines(shown))
            if line.recipe_id is not None
        ),
    )


def _lines(recipe: Recipe) -> Iterator[LineDocument]:
    parts = {part.line: part for part in recipe.content.sub_recipes}
    for number, (text, reading) in enumerate(zip(recipe.content.lines, recipe.readings, strict=False)):
        if (part := parts.get(number)) is not None:
            portion = None if part.portion is None else _number(part.portion)
            yield LineDocument(text, recipe_id=part.recipe_id, portion=portion)
        else:
            grams = None if reading.grams is None else round(float(reading.grams), 1)
            yield LineDocument(text, reading.ingredient, grams)


def _all_lines(shown: RecipeDocument) -> Iterator[LineDocument]:
    for section in shown.ingredients:
        yield from section.lines


def _number(value: Fraction) -> int | float:
    """Return a decimal as JSON writes it; yields and portions come in as decimals, so nothing is rounded."""
    return value.numerator if value.denominator == 1 else float(value)


def _exact(figure: float | None) -> Fraction | None:
    return None if figure is None else Fraction(str(figure))
