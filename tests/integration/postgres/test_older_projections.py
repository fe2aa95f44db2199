"""Processes of the release that knew the EU's allergens only, on the new schema: they promise nothing by Japan's list.

`older/save_projections.sql` is that release's statement; it is never brought up to date.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from adapters.postgres.database import Database
from adapters.postgres.recipe_index import PostgresRecipeIndex
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes, encode
from domain.ingredient import Allergen
from domain.japanese_allergens import JapaneseAllergen
from domain.projection import RecipeProjection
from domain.recipe import Recipe
from domain.search import RecipeSearch
from tests.support.builders import a_content, an_origin
from tests.support.contracts.unit_of_work import FREE_OF_ALL, RICE, a_projection, some_nutrition
from tests.support.fakes import CountingIds, FixedClock

OLDER = Path(__file__).parent / "older" / "save_projections.sql"
FREE_BY_EU = RecipeSearch(free_from=frozenset(Allergen))
FREE_BY_JP = [RecipeSearch(free_from_jp=frozenset({allergen})) for allergen in JapaneseAllergen]
MADE = replace(a_projection(RICE, 1, some_nutrition()), allergens=FREE_OF_ALL)


class Processes:
    """One process of each release, reduced to how it keeps a projection, and what searches find then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self._index = PostgresRecipeIndex(database)

    async def add_recipe(self) -> None:
        recipe, _ = Recipe.add(RICE, "alice", a_content(), [], FixedClock().now())
        async with self._unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(recipe)

    async def save(self, release: str, made: RecipeProjection = MADE) -> None:
        if release == "new":
            async with self._unit_of_work.begin(an_origin()) as transaction:
                await transaction.projections.save([made])
            return
        eu = made.allergens.eu
        values: list[object] = [[made.recipe_id], [made.version], [made.catalogue], [encode(made.nutrition).decode()]]
        sets: list[Iterable[str]] = [eu.contained, eu.possible, eu.unknown, (f"-{allergen}" for allergen in eu.free)]
        await self._database.pool.execute(
            OLDER.read_text("utf-8"), *values, *([",".join(sorted(each))] for each in sets)
        )

    async def found(self, search: RecipeSearch) -> list[UUID]:
        page = await self._index.page(search, an_origin())
        return [UUID(msgspec.json.decode(item)["id"]) for item in page.items]

    async def stored(self) -> Any:  # noqa: ANN401 (a row)
        text = "SELECT jp_contained, jp_possible, jp_free FROM recipe_allergen"
        return tuple(await self._database.pool.fetchrow(text) or ())


@pytest.fixture
async def processes(database: Database) -> Processes:
    """Give both, and a recipe."""
    made = Processes(database)
    await made.add_recipe()
    return made


@pytest.mark.parametrize("before", [[], ["new"], ["new", "new"], ["old", "new"], ["new", "old"]])
async def test_what_an_older_process_wrote_last_is_free_of_nothing_by_japans_list(
    processes: Processes, before: list[str]
) -> None:
    """Even where version, catalogue and the EU's answers are as before: a recipe that it uses may have changed."""
    for release in (*before, "old"):
        await processes.save(release)
    assert await processes.found(FREE_BY_EU) == [RICE]
    assert [await processes.found(search) for search in FREE_BY_JP] == [[]] * len(FREE_BY_JP)
    assert await processes.stored() == ([], [], [])


@pytest.mark.parametrize("before", [[], ["old"], ["new", "old"], ["new"]])
async def test_what_a_new_process_wrote_last_counts(processes: Processes, before: list[str]) -> None:
    for release in (*before, "new"):
        await processes.save(release)
    assert await processes.found(FREE_BY_EU) == [RICE]
    assert [await processes.found(search) for search in FREE_BY_JP] == [[RICE]] * len(FREE_BY_JP)
    assert await processes.stored() == ([], [], sorted(JapaneseAllergen))


async def test_an_older_process_that_comes_late_changes_nothing(processes: Processes) -> None:
    await processes.save("new")
    await processes.save("old", replace(MADE, version=0))
    assert [await processes.found(search) for search in FREE_BY_JP] == [[RICE]] * len(FREE_BY_JP)
    assert await processes.stored() == ([], [], sorted(JapaneseAllergen))
