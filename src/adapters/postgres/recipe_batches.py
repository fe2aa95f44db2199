"""Many recipes at once: one statement for the recipes, and a COPY for each table of what follows from them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.line_rows import line_columns
from adapters.postgres.statements import load
from adapters.wire.codec import encode
from adapters.wire.recipe_document import recipe_document
from application.ports.imports import RecipeBatches
from domain.recipe_export import ExportOf, ExportSelection
from domain.recipe_import import ImportedRecipe
from domain.search import facets_of, free_facets, ingredient_facets

ADD = load("add_recipes")
ADDED_AT = load("recipes_added_at")
COUNT = load("count_exported")
DOCUMENTS = load("exported_recipes")
TAG_SEPARATOR = "\x1f"
"""No tag holds a control character, and an array of arrays would have to be rectangular."""

LINE = (
    *("recipe_id", "position", "raw", "parser_version", "confidence", "status", "ingredient"),
    *("micrograms", "micrograms_low", "micrograms_high", "is_optional", "sub_recipe_id", "sub_recipe_millionths"),
)
SEARCH = ("recipe_id", "owner", "status", "created_at", "facets", "ingredients", "free_from")
NUTRITION = ("recipe_id", "recipe_version", "catalogue_version", "nutrition")
ALLERGEN = (
    *("recipe_id", "recipe_version", "catalogue_version", "contained", "possible", "unknown"),
    *("jp_contained", "jp_possible", "jp_free"),
)

Record = tuple[object, ...]
Followers = tuple[str, Sequence[str], Sequence[Record]]
"""A table, its columns, and rows for it."""


class PostgresRecipeBatches:
    """Recipes in bulk."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    def storing(self, recipes: Sequence[ImportedRecipe]) -> Callable[[], Awaitable[int]]:
        """Return what stores those that are not there yet; all rows are made ready before anything is asked."""
        given = list({each.recipe.id: each for each in reversed(recipes)}.values())
        return partial(self._add, _recipe_values(given), _followers(given))

    async def _add(self, values: Sequence[object], followers: Sequence[Followers]) -> int:
        new = {row["id"] for row in await self._session.fetch(ADD, *values)}
        for table, names, rows in followers:
            await self._session.copy(table, names, [row for row in rows if row[0] in new])
        return len(new)

    async def added_at(self, at: datetime, after: UUID | None, *, owner: str, limit: int) -> Sequence[UUID]:
        """Return the next ids of the owner's recipes from that time."""
        return [row["recipe_id"] for row in await self._session.fetch(ADDED_AT, owner, at, after, limit)]

    async def count(self, selection: ExportSelection, *, owner: str) -> int:
        """Return how many recipes are selected."""
        return int(await self._session.value(COUNT, *_conditions(selection, owner)))

    async def documents(
        self, selection: ExportSelection, after: UUID | None, *, owner: str, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        """Return the next documents."""
        rows = await self._session.fetch(DOCUMENTS, *_conditions(selection, owner), after, limit)
        return [(row["id"], row["document"]) for row in rows]


def _recipe_values(given: Sequence[ImportedRecipe]) -> Sequence[object]:
    recipes = [each.recipe for each in given]
    return (
        [recipe.id for recipe in recipes],
        recipes[0].owner,
        [recipe.status.value for recipe in recipes],
        [recipe.content.category for recipe in recipes],
        [TAG_SEPARATOR.join(recipe.content.tags) for recipe in recipes],
        [recipe_document(recipe).decode() for recipe in recipes],
        [each.exported_id for each in given],
        recipes[0].created_at,
    )


def _followers(given: Sequence[ImportedRecipe]) -> list[Followers]:
    """Return the rows of each table that follows from recipes, each with its recipe's id first."""
    return [
        ("recipe_line", LINE, [row for each in given for row in _lines(each)]),
        ("recipe_search", SEARCH, [_search(each) for each in given]),
        ("recipe_nutrition", NUTRITION, [(*_made_from(each), encode(each.projection.nutrition)) for each in given]),
        ("recipe_allergen", ALLERGEN, [_allergens(each) for each in given]),
    ]


def _lines(each: ImportedRecipe) -> Iterator[Record]:
    columns = line_columns(each.recipe.readings)
    for position, values in enumerate(zip(*columns, strict=True)):
        yield (each.recipe.id, position, *values)


def _search(each: ImportedRecipe) -> Record:
    recipe, free = each.recipe, free_facets(each.projection.allergens)
    shown = (recipe.id, recipe.owner, recipe.status.value, recipe.created_at)
    return (*shown, sorted(facets_of(recipe)), sorted(ingredient_facets(recipe)), sorted(free))


def _allergens(each: ImportedRecipe) -> Record:
    eu, jp = each.projection.allergens.eu, each.projection.allergens.jp
    sets = (eu.contained, eu.possible, eu.unknown, jp.contained, jp.possible, jp.free)
    return (*_made_from(each), *(sorted(words) for words in sets))


def _made_from(each: ImportedRecipe) -> Record:
    return each.recipe.id, each.projection.version, each.projection.catalogue


def _conditions(selection: ExportSelection, owner: str) -> Record:
    whose = owner if selection.of is ExportOf.OWN else None
    return whose, list(selection.recipe_ids) or None, selection.category, selection.tag


_: type[RecipeBatches] = PostgresRecipeBatches
