"""`GET /recipes`, as the database answers it: first pages of searches over a made-up corpus.

    python -m benchmarks.search [--recipes 100000] [--rounds 20]

Times are of the read port, JSON included, without HTTP.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import ORIGIN, fill
from tests.support.processes import running_child

from adapters.postgres.database import Database, open_pool
from adapters.postgres.migrate import migrate
from adapters.postgres.recipe_index import PostgresRecipeIndex
from domain.ingredient import Allergen
from domain.japanese_allergens import JapaneseAllergen
from domain.search import RecipeSearch
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres

FREE = frozenset({Allergen.MILK})
SEARCHES = {
    "newest": RecipeSearch(),
    "one word": RecipeSearch(text="soup"),
    "two words": RecipeSearch(text="golden soup"),
    "the beginning of a word": RecipeSearch(text="chick"),
    "a word that is nowhere": RecipeSearch(text="zyzzyva"),
    "Japanese, one character": RecipeSearch(text="鍋"),
    "Japanese, a part of a name": RecipeSearch(text="味噌汁"),
    "Japanese, kana": RecipeSearch(text="サラダ"),
    "a tag": RecipeSearch(tags=("quick",)),
    "three tags": RecipeSearch(tags=("quick", "spicy", "お弁当")),
    "an ingredient": RecipeSearch(ingredients=("butter",)),
    "two ingredients": RecipeSearch(ingredients=("butter", "salt")),
    "free of milk": RecipeSearch(free_from=FREE),
    "free of milk, with a word and a tag": RecipeSearch(text="soup", tags=("quick",), free_from=FREE),
    "free of buckwheat by Japan's list": RecipeSearch(free_from_jp=frozenset({JapaneseAllergen.BUCKWHEAT})),
    "a common word and a rare ingredient": RecipeSearch(text="soup", ingredients=("saffron",)),
}


async def measure(dsn: str, rounds: int) -> None:
    """Print the median and the 95th percentile of each search, in interleaved rounds."""
    times: dict[str, list[float]] = {name: [] for name in SEARCHES}
    found: dict[str, int] = {}
    async with open_pool(dsn, size=1, service="benchmark") as pool:
        index = PostgresRecipeIndex(Database(pool, lambda: None, "benchmark"))
        for _ in range(rounds):
            for name, search in SEARCHES.items():
                began = time.perf_counter()
                page = await index.page(search, ORIGIN)
                times[name].append(time.perf_counter() - began)
                found[name] = len(page.items)
    print("| search | on the page | median ms | p95 ms |\n|---|---|---|---|")
    for name, taken in [*times.items(), ("all of them", [each for group in times.values() for each in group])]:
        ranks = statistics.quantiles(taken, n=20)
        print(f"| {name} | {found.get(name, '')} | {statistics.median(taken) * 1e3:.1f} | {ranks[18] * 1e3:.1f} |")


async def fill_and_measure(dsn: str, recipes: int, rounds: int) -> None:
    """Do both."""
    await migrate(dsn)
    await fill(dsn, recipes=recipes)
    await measure(dsn, rounds)


def main() -> None:
    """Start a database, fill it, measure, and end it; or measure one that is filled."""
    parser = argparse.ArgumentParser(description="Time searches over a made-up corpus.")
    parser.add_argument("--recipes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--dsn", help="a database that benchmarks.corpus has filled")
    chosen = parser.parse_args()
    if chosen.dsn:
        asyncio.run(measure(chosen.dsn, chosen.rounds))
        return
    with tempfile.TemporaryDirectory(prefix="kondate-bench-") as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(
            data_dir=folder / "data", port=free_port(), log_file=folder / "postgres.log", durable=False
        )
        with running_child(postgres.prepare()):
            asyncio.run(fill_and_measure(postgres.dsn, chosen.recipes, chosen.rounds))


if __name__ == "__main__":
    main()
