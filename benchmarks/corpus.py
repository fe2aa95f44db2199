"""Fills a migrated database with made-up recipes, always the same for the same seed.

    python -m benchmarks.corpus DSN [--recipes 100000] [--seed 1]

Ingredients are those of our own table, drawn as cooks use them: the few common ones in most dishes (Zipf's law). About
6.3 lines a recipe; one line in twenty-five names nothing known and one in twenty is to taste; a third say for how many
they are; a quarter are written in Japanese. Rows go straight into the tables, projections included, as the use cases
would have written them, since the same domain code works them out.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg

from adapters.postgres.database import Database, open_pool
from adapters.postgres.line_rows import line_columns
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.system import SystemClock, UuidFactory
from adapters.wire.codec import MessageTypes, encode
from adapters.wire.recipe_document import recipe_document
from domain.ingredient import Catalogue, Ingredient
from domain.ingredient_table import ingredient_from_row
from domain.job import Origin
from domain.principal import Principal
from domain.projection import RecipeProjection, project
from domain.recipe import Recipe, RecipeContent, RecipeYield, Section
from domain.search import facets_of, free_facets, ingredient_facets

TABLE = Path(__file__).parents[1] / "src" / "entrypoints" / "cli" / "samples" / "ingredients.csv"
CHUNK = 5_000
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
ORIGIN = Origin(principal=Principal(subject="kondate"), request_id="benchmark")
CATEGORIES = (
    *("Main dish", "Side dish", "Soup", "Rice and noodles", "Bread", "Salad", "Dessert", "Drink", "Sauce"),
    *("Breakfast", None),
)
CUISINES = ("Japanese", "Italian", "French", "Indian", "Mexican", "American", None, None)
TAGS = (
    "quick",
    "weekday",
    "vegetarian",
    "spicy",
    "festive",
    "freezes well",
    "one pot",
    "children",
    "作り置き",
    "お弁当",
)
ADJECTIVES = ("Grandmother's", "Quick", "Slow", "Crisp", "Spiced", "Cold", "Sunday", "Plain", "Golden", "Winter")
DISHES = ("soup", "stew", "salad", "pie", "casserole", "gratin", "cake", "fritters", "bowl", "skewers")
JAPANESE_DISHES = ("の煮物", "の炒め物", "のサラダ", "の味噌汁", "ご飯", "の和え物", "の天ぷら", "の漬物", "鍋", "丼")
UNKNOWN = ("1 cup moon dust", "2 pieces of string", "some leftovers", "1 handful of hope", "余りもの 適当")
WEIGHTS = tuple(f"{figure} g" for figure in ("5", "20", "100", "150 to 200", "250", "400"))
VOLUMES = ("1 cup", "1/2 cup", "2 cups", "1 1/2 tablespoons", "2 to 3 tablespoons", "1 teaspoon", "1/4 teaspoon")
PIECES = ("1", "2", "3", "6", "1/2")
JAPANESE_VOLUMES = ("大さじ2", "小さじ1", "1/2カップ", "大さじ1と1/2")
RECIPE = ("id", "owner", "version", "status", "category", "tags", "document", "created_at", "updated_at")
LINE = (
    *("recipe_id", "position", "raw", "parser_version", "confidence", "status", "ingredient"),
    *("micrograms", "micrograms_low", "micrograms_high", "is_optional", "sub_recipe_id", "sub_recipe_millionths"),
)
NUTRITION = ("recipe_id", "recipe_version", "catalogue_version", "nutrition")
SEARCH = ("recipe_id", "owner", "status", "created_at", "facets", "ingredients", "free_from")
ALLERGEN = (
    *("recipe_id", "recipe_version", "catalogue_version", "contained", "possible", "unknown"),
    *("jp_contained", "jp_possible", "jp_free"),
)


class Cook:
    """Makes up recipes from known ingredients."""

    def __init__(self, ingredients: Sequence[Ingredient], seed: int) -> None:
        """Let the seed say which ingredients are the usual ones."""
        self._random = Random(seed)  # noqa: S311 (made-up recipes are no secret)
        self._ingredients = self._random.sample(ingredients, len(ingredients))
        self._catalogue = Catalogue(ingredients)
        self._weights = [1 / rank for rank in range(1, len(ingredients) + 1)]

    def recipes(self, count: int) -> Iterator[Recipe]:
        """Yield so many recipes, ordered by time."""
        for number in range(count):
            yield self._recipe(number)

    def projected(self, recipe: Recipe, catalogue: str) -> RecipeProjection:
        """Return what follows from a recipe."""
        return project(recipe, self._catalogue, catalogue, {})

    def _recipe(self, number: int) -> Recipe:
        chance = self._random
        chosen = chance.choices(self._ingredients, self._weights, k=max(2, min(14, round(chance.gauss(6.3, 2.4)))))
        is_japanese = chance.random() < 0.25
        lines = tuple(dict.fromkeys(self._line(each, is_japanese=is_japanese) for each in chosen))
        at = FIRST_DAY + timedelta(seconds=37 * number)
        recipe, _ = Recipe.add(
            UUID(int=chance.getrandbits(128)),
            f"cook-{chance.randrange(50)}",
            RecipeContent(
                name=self._name(chosen[-1], is_japanese=is_japanese),
                sections=(Section(lines=lines),),
                steps=("Prepare everything.", "Cook it until it is done.", "Serve at once."),
                recipe_yield=RecipeYield(amount=Fraction(chance.randint(1, 8))) if chance.random() < 0.33 else None,
                category=chance.choice(CATEGORIES),
                cuisine=chance.choice(CUISINES),
                tags=tuple(sorted(set(chance.choices(TAGS, k=chance.randrange(4))))),
                language="ja" if is_japanese else "en",
            ),
            [self._catalogue.read(line) for line in lines],
            at,
        )
        return recipe

    def _name(self, main: Ingredient, *, is_japanese: bool) -> str:
        chance = self._random
        japanese = next((alias for alias in main.aliases if not alias.isascii()), None)
        if is_japanese and japanese:
            return f"{japanese}{chance.choice(JAPANESE_DISHES)}"
        return f"{chance.choice(ADJECTIVES)} {main.name} {chance.choice(DISHES)}"

    def _line(self, ingredient: Ingredient, *, is_japanese: bool) -> str:
        chance, drawn = self._random, self._random.random()
        if drawn < 0.04:
            return chance.choice(UNKNOWN)
        if drawn < 0.09:
            return f"{ingredient.name}, to taste"
        japanese = next((alias for alias in ingredient.aliases if not alias.isascii()), None)
        if is_japanese and japanese:
            measures = JAPANESE_VOLUMES if ingredient.density_g_per_ml else ("100g", "250g")
            return f"{japanese} {chance.choice(measures)}"
        measures = WEIGHTS + (VOLUMES if ingredient.density_g_per_ml else ()) + (PIECES if ingredient.piece_g else ())
        return f"{chance.choice(measures)} {ingredient.name}"


def ingredients() -> tuple[Ingredient, ...]:
    """Return our own table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(ingredient_from_row(row) for row in csv.DictReader(file))


async def fill(dsn: str, *, recipes: int, seed: int = 1) -> None:
    """Add the catalogue and the recipes; raises asyncpg's errors when they are there already."""
    table = ingredients()
    async with open_pool(dsn, size=1, service="benchmark") as pool:
        database = Database(pool, lambda: None, "benchmark")
        unit_of_work = PostgresUnitOfWork(database, UuidFactory(SystemClock()), MessageTypes())
        async with unit_of_work.begin(ORIGIN) as transaction:
            await transaction.catalogue.replace(table)
        cook = Cook(table, seed)
        made = cook.recipes(recipes)
        async with pool.acquire() as connection:
            catalogue = await connection.fetchval("SELECT version FROM catalogue")
            while chunk := list(islice(made, CHUNK)):
                async with connection.transaction():
                    await _copy(connection, chunk, [cook.projected(recipe, catalogue) for recipe in chunk])
            await connection.execute("ANALYZE recipe, recipe_line, recipe_fact")
            await connection.execute("ANALYZE recipe_nutrition, recipe_allergen, recipe_search")


async def _copy(
    connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record],
    recipes: Sequence[Recipe],
    projections: Sequence[RecipeProjection],
) -> None:
    rows = {
        "recipe": (RECIPE, [_recipe_row(recipe) for recipe in recipes]),
        "recipe_line": (LINE, [row for recipe in recipes for row in _line_rows(recipe)]),
        "recipe_nutrition": (
            NUTRITION,
            [(made.recipe_id, made.version, made.catalogue, encode(made.nutrition)) for made in projections],
        ),
        "recipe_search": (
            SEARCH,
            [_search_row(recipe, made) for recipe, made in zip(recipes, projections, strict=True)],
        ),
        "recipe_allergen": (ALLERGEN, [_allergen_row(made) for made in projections]),
    }
    for table, (columns, records) in rows.items():
        await connection.copy_records_to_table(table, columns=columns, records=records)


def _recipe_row(recipe: Recipe) -> tuple[object, ...]:
    content = recipe.content
    return (
        *(recipe.id, recipe.owner, recipe.version, recipe.status.value, content.category, list(content.tags)),
        *(recipe_document(recipe), recipe.created_at, recipe.updated_at),
    )


def _line_rows(recipe: Recipe) -> Iterator[tuple[object, ...]]:
    for position, row in enumerate(zip(*line_columns(recipe.readings), strict=True)):
        yield recipe.id, position, *row


def _search_row(recipe: Recipe, made: RecipeProjection) -> tuple[object, ...]:
    facets = (sorted(facets_of(recipe)), sorted(ingredient_facets(recipe)), sorted(free_facets(made.allergens)))
    return recipe.id, recipe.owner, recipe.status.value, recipe.created_at, *facets


def _allergen_row(made: RecipeProjection) -> tuple[object, ...]:
    eu, jp = made.allergens.eu, made.allergens.jp
    sets = (eu.contained, eu.possible, eu.unknown, jp.contained, jp.possible, jp.free)
    return made.recipe_id, made.version, made.catalogue, *(sorted(words) for words in sets)


def main() -> None:
    """Fill the database and say how long it took."""
    parser = argparse.ArgumentParser(description="Fill a migrated database with made-up recipes.")
    parser.add_argument("dsn")
    parser.add_argument("--recipes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.perf_counter()
    asyncio.run(fill(chosen.dsn, recipes=chosen.recipes, seed=chosen.seed))
    print(f"{chosen.recipes:,} recipes in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
