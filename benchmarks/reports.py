"""The five reports over corpora of several sizes: time of each, and the most memory that the process ever held.

Usage: python -m benchmarks.reports [--sizes 1000 10000 100000]

Each size has a database of its own, filled by `benchmarks.corpus`, with invented prices for every ingredient over
twelve months and a plan of three meals a day for a year. The use case runs as in a worker, in a process of its own.
"""

import argparse
import asyncio
import csv
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
from benchmarks.corpus import ORIGIN, TABLE, fill
from tests.support.processes import running_child

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.corpus import PostgresRecipeCorpus
from adapters.postgres.database import Database, open_pool
from adapters.postgres.migrate import migrate
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.system import SystemClock, UuidFactory
from adapters.wire.codec import MessageTypes
from application.context import Context, SilentProgress
from application.handlers.generate_report import GenerateReportHandler
from domain.commands import GenerateReport
from domain.menu_plan import MenuPlan, MenuPlanContent, PlannedMeal
from domain.price_list import Price, PriceList, PriceListContent
from domain.report import RecipeSelection, ReportKind
from domain.reports.allergen_matrix import AllergenMatrixParameters
from domain.reports.cost_trend import CostTrendParameters
from domain.reports.ingredient_affinity import IngredientAffinityParameters
from domain.reports.purchasing_list import PurchasingListParameters
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres

LIST_ID, PLAN_ID = UUID(int=70), UUID(int=80)
GOALS = {
    ReportKind.NUTRITION_SUMMARY: 4,
    ReportKind.ALLERGEN_MATRIX: 3,
    ReportKind.COST_TREND: 6,
    ReportKind.INGREDIENT_AFFINITY: 5,
    ReportKind.PURCHASING_LIST: 1,
}
PARAMETERS = {
    ReportKind.NUTRITION_SUMMARY: RecipeSelection(),
    ReportKind.ALLERGEN_MATRIX: AllergenMatrixParameters(),
    ReportKind.COST_TREND: CostTrendParameters(price_list_id=LIST_ID, from_month="2026-01"),
    ReportKind.INGREDIENT_AFFINITY: IngredientAffinityParameters(),
    ReportKind.PURCHASING_LIST: PurchasingListParameters(menu_plan_id=PLAN_ID, price_list_id=LIST_ID),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """The use case on real adapters."""

    database: Database

    @property
    def unit_of_work(self) -> PostgresUnitOfWork:
        """Transactions."""
        return PostgresUnitOfWork(self.database, UuidFactory(SystemClock()), MessageTypes())

    async def plan(self) -> None:
        """Invent prices and a plan."""
        chance = Random(1)  # noqa: S311 (invented prices are no secret)
        async with self.database.pool.acquire() as connection:
            rows = await connection.fetch("SELECT id FROM recipe WHERE servings IS NOT NULL ORDER BY id LIMIT 1000")
        meals = tuple(
            PlannedMeal(
                day=date(2026, 1, 1) + timedelta(days=number // 3),
                recipe_id=chance.choice(rows)["id"],
                servings=Fraction(chance.randint(2, 200)),
            )
            for number in range(3 * 365)
        )
        now = SystemClock().now()
        prices = PriceListContent(name="Invented", currency="EUR", prices=tuple(_prices(chance)))
        async with self.unit_of_work.begin(ORIGIN) as transaction:
            await transaction.price_lists.save(PriceList.add(LIST_ID, "kondate", prices, now))
            await transaction.menu_plans.save(
                MenuPlan.add(PLAN_ID, "kondate", MenuPlanContent(name="A year", meals=meals), now)
            )

    async def measure(self) -> None:
        """Make each report once and print a row."""
        clock = SystemClock()
        corpus = PostgresRecipeCorpus(self.database, PostgresCatalogueReads(self.database))
        handler = GenerateReportHandler(corpus, clock, UuidFactory(clock))
        for kind, parameters in PARAMETERS.items():
            wall, cpu = time.perf_counter(), time.process_time()
            async with self.unit_of_work.begin(ORIGIN) as transaction:
                context = Context(origin=ORIGIN, transaction=transaction, progress=SilentProgress())
                await handler.handle(GenerateReport(kind=kind, parameters=parameters), context)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"| {kind} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {GOALS[kind]} |", flush=True)


def _prices(chance: Random) -> list[Price]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    return [
        Price(
            ingredient=name,
            supplier="Market",
            pack_g=Fraction(chance.choice((250, 500, 1000))),
            amount=Fraction(chance.randint(50, 900), 100),
            valid_from=first,
            valid_until=last,
        )
        for name in names
        for first, last in ((date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None))
    ]


async def _on(dsn: str, *, is_measuring: bool) -> None:
    async with open_pool(dsn, size=2, service="benchmark") as pool:
        bench = Bench(Database(pool, lambda: None, "benchmark"))
        await (bench.measure() if is_measuring else bench.plan())


async def _lines(dsn: str) -> int:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    lines: int = await connection.fetchval("SELECT count(*) FROM recipe_line")
    await connection.close()
    return lines


def _size(recipes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="kondate-bench-") as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(
            data_dir=folder / "data", port=free_port(), log_file=folder / "postgres.log", durable=False
        )
        with running_child(postgres.prepare()):
            asyncio.run(migrate(postgres.dsn))
            asyncio.run(fill(postgres.dsn, recipes=recipes))
            asyncio.run(_on(postgres.dsn, is_measuring=False))
            print(f"\n{recipes:,} recipes, {asyncio.run(_lines(postgres.dsn)):,} lines\n")
            print(
                "| report | seconds | of them CPU here | peak MiB | goal at 100,000 |\n|---|---|---|---|---|",
                flush=True,
            )
            subprocess.run([sys.executable, "-m", "benchmarks.reports", "--measure", postgres.dsn], check=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--measure", help="the address of a filled database; used by this program itself")
    options = parser.parse_args()
    if options.measure:
        asyncio.run(_on(options.measure, is_measuring=True))
    else:
        for size in options.sizes:
            _size(size)


if __name__ == "__main__":
    main()
