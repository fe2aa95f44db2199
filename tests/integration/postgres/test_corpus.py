"""The PostgreSQL corpus and planning keep their contracts, and give the same reports as those in memory."""

import json
from datetime import date
from fractions import Fraction
from random import Random
from uuid import UUID

import asyncpg
import pytest

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.corpus import PostgresRecipeCorpus
from adapters.postgres.database import Database
from adapters.postgres.reads import PostgresPlanningReads
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from domain.recipe import Recipe, RecipeContent, RecipeYield, Section
from domain.reports.kinds import KINDS
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin
from tests.support.contracts.corpus import CorpusContract
from tests.support.contracts.planning import PlanningContract
from tests.support.facts import PARAMETERS, a_meal, a_plan, a_price, a_price_list, sample_ingredients
from tests.support.fakes import CountingIds


class TestPostgresCorpus(CorpusContract):
    """Snapshots for reports."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.catalogue = PostgresCatalogueReads(database)
        self.corpus = PostgresRecipeCorpus(database, self.catalogue)


class TestPostgresPlanning(PlanningContract):
    """Price lists and menu plans."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.planning_reads = PostgresPlanningReads(database)
        self.corpus = PostgresRecipeCorpus(database, PostgresCatalogueReads(database))


async def test_the_database_itself_allows_no_second_price_of_a_day(database: Database) -> None:
    unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
    prices = a_price_list(a_price("rice", 1, valid_until=date(2026, 1, 31)))
    async with unit_of_work.begin(an_origin()) as transaction:
        await transaction.price_lists.save(prices)
    another = Statement(
        "another",
        "INSERT INTO price (price_list_id, position, ingredient, supplier, pack_g, amount, valid)"
        " VALUES ($1, $2, 'rice', 'Market', 1000.0, 2, daterange($3, NULL))",
    )
    async with database.session() as session:
        await session.row(another, prices.id, 7, date(2026, 2, 1))
        with pytest.raises(asyncpg.ExclusionViolationError, match="price_has_no_overlap"):
            await session.row(another, prices.id, 8, date(2026, 1, 31))


LINES = ("300 g rice", "2 cups milk", "1 tsp salt", "salt to taste", "3 moon stones", "醤油 大さじ2", "1 oz butter")


@pytest.mark.parametrize("seed", range(3))
async def test_both_corpora_give_the_same_reports(database: Database, seed: int) -> None:
    chance, memory = Random(seed), InMemoryApplication()  # noqa: S311 (made-up recipes are no secret)
    unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
    catalogue = PostgresCatalogueReads(database)
    prices = a_price_list(*(a_price(name, chance.randint(1, 9)) for name in ("rice", "milk", "salt", "butter")))
    plan = a_plan(*(a_meal(chance.randint(1, 25), chance.randint(1, 9)) for _ in range(8)))
    for storage in (unit_of_work, memory.unit_of_work):
        async with storage.begin(an_origin()) as transaction:
            await transaction.catalogue.replace(sample_ingredients())
            await transaction.price_lists.save(prices)
            await transaction.menu_plans.save(plan)
    read = (await catalogue.current()).catalogue
    for number in range(1, 25):
        content = RecipeContent(
            name=f"Recipe {number}",
            sections=(Section(lines=tuple(chance.choices(LINES, k=chance.randint(1, 5)))),),
            recipe_yield=chance.choice([None, RecipeYield(amount=Fraction(chance.randint(1, 9), 2))]),
            category=chance.choice(["Soup", "", None]) or None,
        )
        readings = [read.read(line) for line in content.lines]
        recipe, _ = Recipe.add(UUID(int=number), "alice", content, readings, memory.clock.now())
        for storage in (unit_of_work, memory.unit_of_work):
            async with storage.begin(an_origin()) as transaction:
                await transaction.recipes.add(recipe)
    for kind, parameters in PARAMETERS.items():
        told = []
        for corpus in (PostgresRecipeCorpus(database, catalogue), memory.corpus):
            async with corpus.snapshot(an_origin()) as snapshot:
                builder = KINDS[kind].builder(parameters, await snapshot.sources(parameters.needs()))
                async for chunk in snapshot.chunks(builder.selection, 7):
                    for facts in chunk:
                        builder.add(facts)
            found = builder.finish()
            told.append(json.dumps([found.coverage, found.summary, found.rows]))
        assert told[0] == told[1], kind
