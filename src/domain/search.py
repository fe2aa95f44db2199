"""Finding recipes: the pieces of text that a recipe is found by, and what a search asks for.

English is cut into words in the singular, each found by its first letters too; Japanese, which has no spaces, into
every character and every pair of neighbours, so that any part of a name finds it. Kana are one alphabet here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.allergens import RecipeAllergens
from domain.errors import InvalidSearchError
from domain.ingredient import Allergen, Ingredient
from domain.ingredient_names import words_of
from domain.japanese_allergens import JapaneseAllergen
from domain.recipe import Recipe, RecipeStatus

LONGEST_QUERY = 200
MOST_CONDITIONS = 20
LARGEST_PAGE = 100
_SHORTEST_BEGINNING = 3
_LONGEST_BEGINNING = 10
_JAPANESE_RUN = re.compile("[぀-ヿ㐀-鿿]+")
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePlace:
    """Where a page ends: everything older than this recipe comes after it."""

    created_at: datetime
    recipe_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSearch:
    """What recipes must meet, all of it at once; newest first.

    Only the caller's own are found among drafts and the archive. `ingredients` are names as anybody writes them.
    """

    text: str = ""
    tags: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    free_from: frozenset[Allergen] = frozenset()
    free_from_jp: frozenset[JapaneseAllergen] = frozenset()
    status: RecipeStatus = RecipeStatus.PUBLISHED
    limit: int = 20
    after: RecipePlace | None = None

    def __post_init__(self) -> None:
        """Refuse what would cost more than a search may."""
        if len(self.text) > LONGEST_QUERY:
            raise InvalidSearchError(f"A search text has at most {LONGEST_QUERY} characters.")
        if max(len(self.tags), len(self.ingredients)) > MOST_CONDITIONS:
            raise InvalidSearchError(f"At most {MOST_CONDITIONS} tags and ingredients.")
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise InvalidSearchError(f"A page has from 1 to {LARGEST_PAGE} recipes.")

    @property
    def facets(self) -> frozenset[str]:
        """Everything that a recipe must be found by."""
        named = (f"={name}" for name in self.ingredients)
        free = _free(self.free_from, self.free_from_jp)
        return frozenset([*_asked(self.text), *(_tag(tag) for tag in self.tags), *named, *free])


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientSearch:
    """What a page of ingredients must meet: `text` is any part of a name or alias."""

    text: str = ""
    limit: int = 20
    after: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would cost more than a search may."""
        if len(self.text) > LONGEST_QUERY:
            raise InvalidSearchError(f"A search text has at most {LONGEST_QUERY} characters.")
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise InvalidSearchError(f"A page has from 1 to {LARGEST_PAGE} ingredients.")

    def is_met_by(self, ingredient: Ingredient) -> bool:
        """Whether the ingredient is found."""
        wanted = _plain(self.text).strip().casefold()
        return any(wanted in _plain(name).casefold() for name in (ingredient.name, *ingredient.aliases))


def facets_of(recipe: Recipe) -> frozenset[str]:
    """Return what the recipe is found by, but for its ingredients and allergens, which can change without it."""
    content = recipe.content
    named = (reading.line.ingredient for reading in recipe.readings)
    texts = (content.name, content.category, content.cuisine, *content.tags, *named)
    terms = (term for text in texts if text for term in _held(text))
    return frozenset([*terms, *(_tag(tag) for tag in content.tags)])


def ingredient_facets(recipe: Recipe) -> frozenset[str]:
    """Return how the recipe is found by the catalogue's names of its ingredients."""
    return frozenset(f"={reading.ingredient}" for reading in recipe.readings if reading.ingredient is not None)


def naming_facets(name: str) -> frozenset[str]:
    """Return what every recipe is found by that has a line with this name in it, and some others too."""
    return frozenset(_asked(name))


def free_facets(allergens: RecipeAllergens) -> frozenset[str]:
    """Return how a recipe is found by what it is free of for certain."""
    return frozenset(_free(allergens.eu.free, allergens.jp.free))


def _free(eu: Iterable[Allergen], jp: Iterable[JapaneseAllergen]) -> Iterator[str]:
    """Write what something is free of; the two lists have words in common, and those are no promise of the other."""
    yield from (f"-{allergen}" for allergen in eu)
    yield from (f"-jp:{allergen}" for allergen in jp)


def _held(text: str) -> Iterator[str]:
    plain = _plain(text)
    for run in _JAPANESE_RUN.findall(plain):
        yield from run
        yield from (run[place : place + 2] for place in range(len(run) - 1))
    for word in words_of(_JAPANESE_RUN.sub(" ", plain)):
        yield word[:_LONGEST_BEGINNING]
        yield from (word[:end] for end in range(_SHORTEST_BEGINNING, min(len(word), _LONGEST_BEGINNING)))


def _asked(text: str) -> Iterator[str]:
    plain = _plain(text)
    for run in _JAPANESE_RUN.findall(plain):
        yield from (run[place : place + 2] for place in range(max(1, len(run) - 1)))
    for word in words_of(_JAPANESE_RUN.sub(" ", plain)):
        yield word[:_LONGEST_BEGINNING]


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_KATAKANA)


def _tag(tag: str) -> str:
    return f"#{unicodedata.normalize('NFKC', tag).strip().casefold()}"
