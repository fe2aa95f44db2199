"""What every ingredient catalogue promises."""

import asyncio
from dataclasses import replace
from uuid import UUID

from application.ports.reads import CatalogueReads
from application.ports.unit_of_work import UnitOfWork
from domain.ingredient import Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.kept_ingredient import KeptIngredient
from domain.recipe import Recipe, RecipeContent, read_lines
from tests.support.builders import a_content, an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.fakes import FixedClock

KOJI = KeptIngredient(id=UUID(int=50), owner="alice", version=1, ingredient=an_ingredient("koji"))


class CatalogueContract:
    """Subclassed once for each adapter; both parts share their data."""

    unit_of_work: UnitOfWork
    catalogue: CatalogueReads
    clock = FixedClock()

    async def save(self, *kept: KeptIngredient) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.lock()
            for each in kept:
                await transaction.catalogue.save(each)

    async def replace(self, *names: str) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.replace([an_ingredient(name) for name in names])

    async def kept(self) -> dict[str, KeptIngredient]:
        return {kept.ingredient.name: kept for kept in (await self.catalogue.current()).kept.values()}

    async def test_what_is_saved_is_found_by_name_and_by_id(self) -> None:
        known = replace(KOJI.ingredient, aliases=("麹",), jp_allergens={JapaneseAllergen.WHEAT: Presence.MAY_CONTAIN})
        await self.save(replace(KOJI, ingredient=known))
        current = await self.catalogue.current()
        assert current.kept[KOJI.id] == replace(KOJI, ingredient=known)
        assert current.catalogue.find("麹") == "koji"

    async def test_ingredients_come_in_the_order_of_their_names(self) -> None:
        await self.replace("rice", "Zucchini", "味噌", "apple")
        await self.save(KOJI)
        assert list(await self.kept()) == ["Zucchini", "apple", "koji", "rice", "味噌"]

    async def test_each_version_of_an_ingredient_changes_the_catalogues(self) -> None:
        await self.save(KOJI)
        before = await self.catalogue.current()
        await self.save(replace(KOJI, version=2))
        after = await self.catalogue.current()
        assert before.name != after.name
        assert after.kept[KOJI.id].version == 2

    async def test_a_new_table_leaves_alone_what_callers_answer_for(self) -> None:
        await self.replace("rice", "miso")
        rice = (await self.kept())["rice"]
        await self.save(KOJI, replace(rice, owner="editor", version=2, ingredient=replace(rice.ingredient, source="x")))
        await self.replace("rice", "koji", "natto")
        kept = await self.kept()
        assert {name: each.owner for name, each in kept.items()} == {"koji": "alice", "natto": None, "rice": "editor"}
        assert (kept["rice"].ingredient.source, kept["koji"]) == ("x", KOJI)

    async def test_a_row_of_the_table_keeps_its_id_and_counts_its_versions(self) -> None:
        await self.replace("rice", "miso")
        before = await self.kept()
        async with self.unit_of_work.begin(an_origin()) as transaction:
            changed = replace(an_ingredient("miso"), source="another")
            await transaction.catalogue.replace([an_ingredient("rice"), changed])
        after = await self.kept()
        assert after["rice"] == before["rice"]
        assert (after["miso"].id, after["miso"].version) == (before["miso"].id, 2)

    async def test_two_who_change_the_catalogue_go_one_after_the_other(self) -> None:
        seen: list[int] = []

        async def add(number: int) -> None:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                seen.append(len(await transaction.catalogue.lock()))
                ingredient = an_ingredient(f"koji {'abc'[number]}")
                await transaction.catalogue.save(replace(KOJI, id=UUID(int=50 + number), ingredient=ingredient))

        await asyncio.gather(*(add(number) for number in range(3)))
        assert sorted(seen) == [0, 1, 2]

    async def test_recipes_are_found_by_a_name_on_their_lines(self) -> None:
        for number, line in enumerate(
            ("2 tbsp white miso paste", "1 cup cold rice", "味噌 大さじ1", "juice of 2 limes"), 1
        ):
            await self.add(UUID(int=number), a_content("Dish", line))
        assert await self.naming("miso", "味噌") == [1, 3]
        assert await self.naming("lime juice") == [4]
        assert await self.naming("rice") == [2]
        assert await self.naming("rice", "miso", after=UUID(int=1)) == [2]
        assert await self.naming("rice", "miso", limit=1) == [1]
        assert await self.naming("natto") == []

    async def add(self, recipe_id: UUID, content: RecipeContent) -> None:
        readings = read_lines(content, (await self.catalogue.current()).catalogue, {})
        recipe, _ = Recipe.add(recipe_id, "alice", content, readings, self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(recipe)

    async def naming(self, *names: str, after: UUID | None = None, limit: int = 9) -> list[int]:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            return [found.int for found in await transaction.recipes.naming(names, after, limit=limit)]
