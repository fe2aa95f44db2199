"""Three reports again, in plain SQL over the lines as they are stored: who doubts the engine reads these queries."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.corpus import PostgresRecipeCorpus
from adapters.postgres.database import Database
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from application.projecting import project_recipes
from domain.recipe import Recipe, RecipeContent, RecipeYield, Section, SubRecipe, read_lines
from domain.report import RecipeSelection, ReportKind, ReportParameters
from domain.reports.allergen_matrix import AllergenMatrixParameters
from domain.reports.composition import Composition
from domain.reports.ingredient_affinity import IngredientAffinityParameters
from domain.reports.kinds import KINDS
from tests.support.builders import an_origin
from tests.support.facts import sample_ingredients
from tests.support.fakes import CountingIds, FixedClock

LINES = (
    "300 g rice",
    "2 cups milk",
    "1 tsp salt",
    "salt to taste",
    "3 moon stones",
    "醤油 大さじ2",
    "1 oz butter",
    "2 eggs",
)
MOST = 60
# Every line of a recipe and of those that it uses, with the share of it that goes in.
EXPLODED = """
    WITH RECURSIVE part (recipe_id, used_id, share) AS (
        SELECT id, id, 1::numeric FROM recipe WHERE status = 'published'
        UNION ALL
        SELECT part.recipe_id, line.sub_recipe_id, part.share * line.sub_recipe_millionths / 1000000
        FROM part JOIN recipe_line AS line ON line.recipe_id = part.used_id
        WHERE line.sub_recipe_id IS NOT NULL
    ),
    line AS (
        SELECT part.recipe_id, line.ingredient, line.status, line.micrograms, part.share
        FROM part JOIN recipe_line AS line ON line.recipe_id = part.used_id
        WHERE line.sub_recipe_id IS NULL
    )
"""
ENERGY = Statement(
    "oracle_energy",
    EXPLODED  # noqa: S608 (all of it stands here)
    + """,
    figure AS (
        SELECT recipe_id, sum(micrograms * share / 1000000 / 100 * energy) / servings AS kcal
        FROM line
        JOIN recipe ON recipe.id = line.recipe_id
        LEFT JOIN (
            SELECT name, split_part(text, '/', 1)::numeric / split_part(text, '/', 2)::numeric AS energy
            FROM (SELECT name, definition #>> '{nutrients,energy_kcal}' AS text FROM ingredient) AS told
        ) AS known ON known.name = line.ingredient
        WHERE servings IS NOT NULL
        GROUP BY recipe_id, servings
        HAVING bool_and(line.status <> 'unresolved') AND count(micrograms) > 0
            AND bool_and(micrograms IS NULL OR ingredient IS NULL OR energy IS NOT NULL)
    )
    SELECT category, count(*) AS recipes, percentile_disc(0.5) WITHIN GROUP (ORDER BY kcal) AS median, avg(kcal) AS mean
    FROM figure JOIN recipe ON recipe.id = figure.recipe_id
    GROUP BY category
    """,
)
ALLERGENS = Statement(
    "oracle_allergens",
    EXPLODED
    + """,
    said AS (
        SELECT
            recipe_id, allergen.name AS allergen,
            max(CASE coalesce(ingredient.definition #>> ARRAY['eu_allergens', allergen.name], 'unknown')
                WHEN 'contains' THEN 3 WHEN 'may-contain' THEN 2 WHEN 'unknown' THEN 1 ELSE 0 END) AS worst
        FROM line
        LEFT JOIN ingredient ON ingredient.name = line.ingredient
        CROSS JOIN unnest(ARRAY['gluten', 'egg', 'milk', 'soy', 'nuts']) AS allergen (name)
        GROUP BY recipe_id, allergen.name
    )
    SELECT
        allergen,
        count(*) FILTER (WHERE worst = 3) AS contains, count(*) FILTER (WHERE worst = 2) AS may_contain,
        count(*) FILTER (WHERE worst = 1) AS unknown, count(*) FILTER (WHERE worst = 0) AS free
    FROM said
    GROUP BY allergen
    """,
)
PAIRS = Statement(
    "oracle_pairs",
    EXPLODED  # noqa: S608 (all of it stands here)
    + """,
    used AS (SELECT DISTINCT recipe_id, ingredient FROM line WHERE ingredient IS NOT NULL)
    SELECT one.ingredient AS ingredient, other.ingredient AS other, count(*) AS recipes
    FROM used AS one JOIN used AS other USING (recipe_id)
    WHERE one.ingredient < other.ingredient
    GROUP BY one.ingredient, other.ingredient
    """,
)


@pytest.fixture(params=[1, 2])
async def corpus(request: pytest.FixtureRequest, database: Database) -> PostgresRecipeCorpus:
    """Give a corpus of made-up recipes, some of which use others."""
    chance = Random(request.param)  # noqa: S311 (made-up recipes are no secret)
    unit_of_work, catalogue = (
        PostgresUnitOfWork(database, CountingIds(), MessageTypes()),
        PostgresCatalogueReads(database),
    )
    async with unit_of_work.begin(an_origin()) as transaction:
        await transaction.catalogue.replace(sample_ingredients())
    current, made = await catalogue.current(), dict[UUID, Recipe]()
    for number in range(1, MOST + 1):
        content = a_recipe(chance, list(made))
        readings = read_lines(content, current.catalogue, made)
        recipe, _ = Recipe.add(UUID(int=number), "alice", content, readings, FixedClock().now())
        made[recipe.id] = recipe
        async with unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(recipe)
    async with unit_of_work.begin(an_origin()) as transaction:
        await project_recipes(transaction, current, [UUID(int=1), UUID(int=MOST)])
    return PostgresRecipeCorpus(database, catalogue)


def a_recipe(chance: Random, known: list[UUID]) -> RecipeContent:
    lines = [*chance.choices(LINES, k=chance.randint(1, 5))]
    parts = []
    if known and chance.random() < 0.3:
        share = Fraction(chance.randint(1, 8), 4)
        parts = [SubRecipe(line=len(lines), recipe_id=chance.choice(known[:8]), portion=share)]
        lines.append("the other recipe")
    return RecipeContent(
        name="Recipe",
        sections=(Section(lines=tuple(lines)),),
        recipe_yield=chance.choice([None, RecipeYield(amount=Fraction(chance.randint(1, 9), 2))]),
        category=chance.choice(["Soup", "Bread", None]),
        sub_recipes=tuple(parts),
    )


async def told(corpus: PostgresRecipeCorpus, kind: ReportKind, parameters: ReportParameters) -> Mapping[str, Any]:
    """Return what the engine finds."""
    async with corpus.snapshot(an_origin()) as snapshot:
        builder = KINDS[kind].builder(parameters, await snapshot.sources(parameters.needs()))
        composition = Composition(await snapshot.parts(builder.selection))
        async for chunk in snapshot.chunks(builder.selection, 7):
            for facts in chunk:
                builder.add(composition.whole(facts))
    found = builder.finish()
    return {"summary": found.summary, "rows": found.rows}


async def rows(database: Database, statement: Statement) -> list[Any]:
    async with database.session() as session:
        return await session.fetch(statement)


async def test_nutrition_is_what_plain_sql_makes_of_the_lines(database: Database, corpus: PostgresRecipeCorpus) -> None:
    report = await told(corpus, ReportKind.NUTRITION_SUMMARY, RecipeSelection())
    figures = {row["category"]: row["nutrients"]["energy_kcal"] for row in report["rows"]}
    expected = {row["category"]: row for row in await rows(database, ENERGY)}
    assert sum(each["recipes"] for each in figures.values()) > 5
    assert {name for name, each in figures.items() if each["recipes"]} == expected.keys()
    for category, row in expected.items():
        assert figures[category]["recipes"] == row["recipes"]
        assert figures[category]["p50"] == pytest.approx(float(row["median"]), abs=0.0051)
        assert figures[category]["mean"] == pytest.approx(float(row["mean"]), abs=0.0051)


async def test_allergens_are_what_plain_sql_makes_of_the_lines(
    database: Database, corpus: PostgresRecipeCorpus
) -> None:
    report = await told(corpus, ReportKind.ALLERGEN_MATRIX, AllergenMatrixParameters())
    counted = {each["allergen"]: each for each in report["summary"]["allergens"]}
    for row in await rows(database, ALLERGENS):
        found = counted[row["allergen"]]
        assert (found["contains"], found["mayContain"], found["unknown"], found["free"]) == tuple(row)[1:]


async def test_pairs_are_what_plain_sql_makes_of_the_lines(database: Database, corpus: PostgresRecipeCorpus) -> None:
    report = await told(
        corpus, ReportKind.INGREDIENT_AFFINITY, IngredientAffinityParameters(minimum_recipes=1, pairs=1000)
    )
    found = {frozenset((row["ingredient"], row["with"])): row["recipes"] for row in report["rows"]}
    expected = {frozenset((row["ingredient"], row["other"])): row["recipes"] for row in await rows(database, PAIRS)}
    assert found == expected
