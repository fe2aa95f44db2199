"""The recipe: what a cook writes down, with its lines read once and kept as they were written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from domain.errors import (
    InvalidRecipeError,
    NotOwnerError,
    RecipeNotFoundError,
    RecipeTransitionError,
    StaleVersionError,
)
from domain.events import RecipeAdded, RecipeArchived, RecipeDeleted, RecipePublished, RecipeRevised
from domain.ingredient import Catalogue, ResolvedLine
from domain.ingredient_line import IngredientLine
from domain.principal import Principal
from domain.units import converted, find_unit

LONGEST_NAME = 200
LONGEST_TEXT = 4_000
MOST_LINES = 300
SERVING_UNITS = frozenset({"serving", "servings", "portion", "portions", "people", "persons", "人分", "人前"})
SMALLEST_YIELD = Fraction(1, 100)
LARGEST_YIELD = 10_000
LARGEST_PORTION = 1_000
LONGEST_MINUTES = 100_000
# Unicode's categories Cc and Cs, but for the line break and the tab.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class RecipeStatus(StrEnum):
    """A draft is its owner's alone; an archived recipe is read by id but not found."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeYield:
    """How much a recipe makes: `amount` of `unit`, as in 4 servings or 24 biscuits."""

    amount: Fraction
    unit: str = "servings"

    def __post_init__(self) -> None:
        """Refuse a yield that nothing could be divided by."""
        if not SMALLEST_YIELD <= self.amount <= LARGEST_YIELD:
            raise InvalidRecipeError("A yield is from 0.01 to 10,000.", pointer="/yield/amount")
        _check_text(self.unit, "/yield/unit", longest=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Ingredient lines as written, under an optional heading such as "For the sauce"."""

    title: str | None = None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubRecipe:
    """A line that stands for another recipe.

    `line` counts the lines through all sections, from 0. `portion` is how much of that recipe's whole yield goes in
    (1 is all of it); None leaves it to the line's amount, where the yield is told in the same kind of unit.
    """

    line: int
    recipe_id: UUID
    portion: Fraction | None = None

    def share(self, line: IngredientLine, made: RecipeYield | None) -> Fraction | None:
        """Return the portion, or what the line's amount is of the other recipe's yield; None when neither tells."""
        if self.portion is not None or made is None or line.amount is None or line.unit is None:
            return self.portion
        unit = find_unit(made.unit)
        amount = converted(line.amount.midpoint, line.unit, unit) if unit is not None else None
        return None if amount is None else amount / made.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeContent:
    """Everything about a recipe that its author decides; times are in minutes, None is unknown."""

    name: str
    sections: tuple[Section, ...]
    steps: tuple[str, ...] = ()
    description: str | None = None
    recipe_yield: RecipeYield | None = None
    category: str | None = None
    cuisine: str | None = None
    tags: tuple[str, ...] = ()
    prep_minutes: int | None = None
    cook_minutes: int | None = None
    language: str | None = None
    source: str | None = None
    licence: str | None = None
    sub_recipes: tuple[SubRecipe, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no cook could use, naming the field by a JSON pointer."""
        _check_text(self.name, "/name", longest=LONGEST_NAME)
        for field in ("description", "category", "cuisine", "language", "source", "licence"):
            text = getattr(self, field)
            if text is not None:
                _check_text(text, f"/{field}", longest=LONGEST_TEXT)
        self._check_lists()
        self._check_sub_recipes()
        for field, minutes in (("prepMinutes", self.prep_minutes), ("cookMinutes", self.cook_minutes)):
            if minutes is not None and not 0 <= minutes <= LONGEST_MINUTES:
                raise InvalidRecipeError("Minutes are from 0 to 100,000.", pointer=f"/{field}")

    def _check_lists(self) -> None:
        if not 0 < sum(len(section.lines) for section in self.sections) <= MOST_LINES:
            raise InvalidRecipeError(f"A recipe has from 1 to {MOST_LINES} ingredient lines.", pointer="/ingredients")
        for number, section in enumerate(self.sections):
            if section.title is not None:
                _check_text(section.title, f"/ingredients/{number}/title", longest=LONGEST_NAME)
            _check_texts(section.lines, f"/ingredients/{number}/lines", longest=500)
        if len(self.steps) > MOST_LINES or len(self.tags) > MOST_LINES:
            raise InvalidRecipeError(f"At most {MOST_LINES} steps and tags.", pointer="/steps")
        _check_texts(self.steps, "/steps", longest=LONGEST_TEXT)
        _check_texts(self.tags, "/tags", longest=100)

    def _check_sub_recipes(self) -> None:
        lines = [part.line for part in self.sub_recipes]
        if len(set(lines)) < len(lines) or not all(0 <= line < len(self.lines) for line in lines):
            raise InvalidRecipeError("A line stands for one other recipe at most.", pointer="/ingredients")
        for part in self.sub_recipes:
            if part.portion is not None and not 0 < part.portion <= LARGEST_PORTION:
                pointer = f"{self.pointer_of(part.line)}/portion"
                raise InvalidRecipeError("A portion is above 0 and at most 1,000.", pointer=pointer)

    def pointer_of(self, line: int) -> str:
        """Return the JSON pointer of a line, counted through all sections."""
        section = 0
        while line >= len(self.sections[section].lines):
            line -= len(self.sections[section].lines)
            section += 1
        return f"/ingredients/{section}/lines/{line}"

    @property
    def servings(self) -> Fraction | None:
        """Return for how many people it is; None when that is not said (two loaves are not two servings)."""
        made = self.recipe_yield
        return made.amount if made is not None and made.unit.strip().lower() in SERVING_UNITS else None

    @property
    def lines(self) -> tuple[str, ...]:
        """Return all ingredient lines as written, in their order."""
        return tuple(line for section in self.sections for line in section.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The aggregate: a recipe with its owner, version and the reading of each of its lines."""

    id: UUID
    owner: str
    version: int
    status: RecipeStatus
    content: RecipeContent
    readings: tuple[ResolvedLine, ...]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def add(
        cls, recipe_id: UUID, owner: str, content: RecipeContent, readings: Sequence[ResolvedLine], at: datetime
    ) -> tuple["Recipe", RecipeAdded]:
        """Publish a new recipe, and say so."""
        recipe = cls(
            id=recipe_id,
            owner=owner,
            version=1,
            status=RecipeStatus.PUBLISHED,
            content=content,
            readings=tuple(readings),
            created_at=at,
            updated_at=at,
        )
        return recipe, RecipeAdded(recipe_id=recipe_id, version=1, owner=owner, at=at)

    def as_draft(self) -> "Recipe":
        """Return the recipe as its owner's alone."""
        return replace(self, status=RecipeStatus.DRAFT)

    def of_status(self, status: RecipeStatus) -> "Recipe":
        """Return the new recipe in the status that it has where it comes from."""
        return replace(self, status=status)

    def is_shown_to(self, principal: Principal) -> bool:
        """Whether this principal may know of the recipe."""
        return self.status is not RecipeStatus.DRAFT or self.owner == principal.subject

    def check_change(self, principal: Principal, expected_version: int | None) -> None:
        """Raise unless this principal may change the recipe, and means this version of it."""
        if not self.is_shown_to(principal):
            raise RecipeNotFoundError("There is no such recipe.")
        if self.owner != principal.subject and not principal.is_editor:
            raise NotOwnerError("Only its owner or an editor may change this recipe.")
        if expected_version not in {None, self.version}:
            raise StaleVersionError(f"The recipe is of version {self.version} now.")

    def revise(
        self, content: RecipeContent, readings: Sequence[ResolvedLine], at: datetime
    ) -> tuple["Recipe", RecipeRevised]:
        """Write the recipe anew, and say so."""
        recipe = replace(self._next(at), content=content, readings=tuple(readings))
        return recipe, RecipeRevised(recipe_id=self.id, version=recipe.version, owner=self.owner, at=at)

    def publish(self, at: datetime) -> tuple["Recipe", RecipePublished]:
        """Let everybody find it, and say so; raise RecipeTransitionError when everybody does already."""
        if self.status is RecipeStatus.PUBLISHED:
            raise RecipeTransitionError("The recipe is published already.")
        recipe = replace(self._next(at), status=RecipeStatus.PUBLISHED)
        return recipe, RecipePublished(recipe_id=self.id, version=recipe.version, owner=self.owner, at=at)

    def archive(self, at: datetime) -> tuple["Recipe", RecipeArchived]:
        """Let nobody find it, and say so; raise RecipeTransitionError unless it is published."""
        if self.status is not RecipeStatus.PUBLISHED:
            raise RecipeTransitionError("Only a published recipe can be archived.")
        recipe = replace(self._next(at), status=RecipeStatus.ARCHIVED)
        return recipe, RecipeArchived(recipe_id=self.id, version=recipe.version, owner=self.owner, at=at)

    def delete(self, at: datetime) -> RecipeDeleted:
        """Return the fact that it is gone."""
        return RecipeDeleted(recipe_id=self.id, owner=self.owner, at=at)

    def read_with(self, catalogue: Catalogue, parts: "Mapping[UUID, Recipe]") -> "Recipe":
        """Return the same recipe with its lines read by this parser, catalogue and parts; no new version."""
        return replace(self, readings=read_lines(self.content, catalogue, parts))

    def _next(self, at: datetime) -> "Recipe":
        return replace(self, version=self.version + 1, updated_at=at)


def read_lines(content: RecipeContent, catalogue: Catalogue, parts: Mapping[UUID, Recipe]) -> tuple[ResolvedLine, ...]:
    """Read every line; one that stands for another recipe is no ingredient. A part that is not given is unknown."""
    readings = [catalogue.read(line) for line in content.lines]
    for part in content.sub_recipes:
        line, used = readings[part.line].line, parts.get(part.recipe_id)
        share = part.share(line, used.content.recipe_yield if used is not None else None)
        readings[part.line] = ResolvedLine(
            line=line, ingredient=None, grams=None, sub_recipe_id=part.recipe_id, portion=share
        )
    return tuple(readings)


def _check_texts(texts: Sequence[str], pointer: str, *, longest: int) -> None:
    for number, text in enumerate(texts):
        _check_text(text, f"{pointer}/{number}", longest=longest)


def _check_text(text: str, pointer: str, *, longest: int) -> None:
    if not text.strip():
        raise InvalidRecipeError("This text is empty.", pointer=pointer)
    if len(text) > longest:
        raise InvalidRecipeError(f"This text is longer than {longest} characters.", pointer=pointer)
    if _UNPRINTABLE.search(text):
        raise InvalidRecipeError("This text holds a control character.", pointer=pointer)
