"""The recipe: what a cook writes down, with its lines read once and kept as they were written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from domain.errors import InvalidRecipeError
from domain.events import RecipeAdded
from domain.ingredient import Catalogue, ResolvedLine

LONGEST_NAME = 200
LONGEST_TEXT = 4_000
MOST_LINES = 300
SERVING_UNITS = frozenset({"serving", "servings", "portion", "portions", "people", "persons", "人分", "人前"})
SMALLEST_YIELD = Fraction(1, 100)
LARGEST_YIELD = 10_000
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

    def __post_init__(self) -> None:
        """Refuse what no cook could use, naming the field by a JSON pointer."""
        _check_text(self.name, "/name", longest=LONGEST_NAME)
        for field in ("description", "category", "cuisine", "language", "source", "licence"):
            text = getattr(self, field)
            if text is not None:
                _check_text(text, f"/{field}", longest=LONGEST_TEXT)
        self._check_lists()
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

    def read_with(self, catalogue: Catalogue) -> "Recipe":
        """Return the same recipe with its lines read by this parser and this catalogue; no new version."""
        return replace(self, readings=tuple(catalogue.read(line) for line in self.content.lines))


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
