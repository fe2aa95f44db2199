"""What every corpus promises to reports."""

from datetime import timedelta
from fractions import Fraction
from uuid import UUID

from application.ports.reads import CatalogueReads, RecipeCorpus
from application.ports.unit_of_work import UnitOfWork
from domain.recipe import Recipe, RecipeContent, RecipeYield, Section, SubRecipe, read_lines
from domain.report import Needs, RecipeSelection, Report, ReportKind
from domain.reports.facts import RecipeFacts
from tests.support.builders import a_content, an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.fakes import FixedClock

RICE = UUID(int=1)
SOUP = UUID(int=2)


class CorpusContract:
    """Subclassed once for each adapter; all parts share their data."""

    unit_of_work: UnitOfWork
    catalogue: CatalogueReads
    corpus: RecipeCorpus
    clock = FixedClock()

    async def add(self, recipe_id: UUID, content: RecipeContent) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.replace([an_ingredient("rice")])
        catalogue = (await self.catalogue.current()).catalogue
        readings = read_lines(content, catalogue, {})
        recipe, _ = Recipe.add(recipe_id, "alice", content, readings, self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(recipe)

    async def selected(self, selection: RecipeSelection) -> list[RecipeFacts]:
        async with self.corpus.snapshot(an_origin()) as snapshot:
            count = (await snapshot.selected(selection)).count
            recipes = [recipe async for chunk in snapshot.chunks(selection, 1) for recipe in chunk]
        assert count == len(recipes)
        return sorted(recipes, key=lambda recipe: recipe.id)

    async def versions(self, selection: RecipeSelection) -> str:
        async with self.corpus.snapshot(an_origin()) as snapshot:
            return (await snapshot.selected(selection)).versions

    async def test_selection_meets_every_condition(self) -> None:
        await self.add(RICE, a_content("Rice", category="Side dish"))
        await self.add(SOUP, a_content("Soup", category="Soup"))
        assert [recipe.id for recipe in await self.selected(RecipeSelection())] == [RICE, SOUP]
        assert [recipe.name for recipe in await self.selected(RecipeSelection(category="Soup"))] == ["Soup"]
        assert await self.selected(RecipeSelection(category="Soup", recipe_ids=(RICE,))) == []
        assert await self.selected(RecipeSelection(tag="none has it")) == []

    async def test_lines_are_handed_over_in_whole_micrograms(self) -> None:
        await self.add(RICE, a_content("Rice", "300 g rice", "1 oz rice", "salt to taste", "3 unheard-ofs"))
        [recipe] = await self.selected(RecipeSelection())
        assert (recipe.version, recipe.category, recipe.lines, recipe.resolved) == (1, "Side dish", 4, 3)
        assert sorted(recipe.weighed) == [("rice", 28_349_523), ("rice", 300_000_000)]
        assert sorted(recipe.unread) == ["3 unheard-ofs", "salt to taste"]

    async def test_a_revised_recipe_is_read_as_it_is_now(self) -> None:
        await self.add(RICE, a_content("Rice", "300 g rice", "1 oz rice", "3 unheard-ofs"))
        catalogue = (await self.catalogue.current()).catalogue
        for lines in (("3 unheard-ofs", "200 g rice"), ("100 g rice",)):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                recipe = (await transaction.recipes.lock([RICE]))[RICE]
                content = a_content("Rice", *lines)
                revised, _ = recipe.revise(content, read_lines(content, catalogue, {}), self.clock.now())
                await transaction.recipes.save(revised)
                await transaction.recipes.save_readings(revised)
            [found] = await self.selected(RecipeSelection())
            assert (found.lines, found.resolved, len(found.unread)) == (len(lines), 1, len(lines) - 1)
        assert list(found.weighed) == [("rice", 100_000_000)]

    async def test_a_recipe_that_is_gone_is_in_no_report(self) -> None:
        await self.add(RICE, a_content("Rice", "300 g rice"))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.lock([RICE])
            await transaction.recipes.remove(RICE)
        assert await self.selected(RecipeSelection()) == []

    async def test_servings_are_exact_and_only_of_people(self) -> None:
        def made(amount: str, unit: str) -> RecipeContent:
            return RecipeContent(
                name="Rice",
                sections=(Section(lines=("300 g rice",)),),
                recipe_yield=RecipeYield(amount=Fraction(amount), unit=unit),
            )

        await self.add(UUID(int=1), made("2.5", " Servings"))
        await self.add(UUID(int=2), made("4", "人分"))
        await self.add(UUID(int=3), made("2", "loaves"))
        await self.add(UUID(int=4), RecipeContent(name="Rice", sections=(Section(lines=("300 g rice",)),)))
        servings = [recipe.servings for recipe in await self.selected(RecipeSelection())]
        assert servings == [Fraction(5, 2), Fraction(4), None, None]

    async def test_versions_change_with_what_is_selected_and_with_nothing_else(self) -> None:
        await self.add(RICE, a_content("Rice", category="Side dish"))
        before = [await self.versions(RecipeSelection()), await self.versions(RecipeSelection(category="Side dish"))]
        await self.add(SOUP, a_content("Soup", category="Soup"))
        after = [await self.versions(RecipeSelection()), await self.versions(RecipeSelection(category="Side dish"))]
        assert (before[0] == before[1], before[0] == after[0], before[1] == after[1]) == (True, False, True)

    async def test_catalogue_comes_with_its_version(self) -> None:
        await self.add(RICE, a_content())
        async with self.corpus.snapshot(an_origin()) as snapshot:
            sources = await snapshot.sources(Needs(price_list_id=UUID(int=9), menu_plan_id=UUID(int=9)))
        assert (sources.catalogue, list(sources.ingredients)) == ((await self.catalogue.current()).name, ["rice"])
        assert (sources.price_list, sources.menu_plan) == (None, None)

    async def test_newest_report_of_a_fingerprint_is_its_owners(self) -> None:
        reports = [
            Report(
                id=UUID(int=number),
                kind=ReportKind.NUTRITION_SUMMARY,
                owner="alice",
                parameters=RecipeSelection(),
                snapshot="sha256:0",
                content={"coverage": {}, "summary": {}, "rows": []},
                created_at=self.clock.now() + timedelta(seconds=number),
            )
            for number in (5, 6)
        ]
        async with self.unit_of_work.begin(an_origin()) as transaction:
            for report in reports:
                await transaction.reports.add(report)
        async with self.corpus.snapshot(an_origin()) as snapshot:
            found = [await snapshot.report(reports[0].fingerprint, owner) for owner in ("alice", "bob")]
        assert found == [UUID(int=6), None]

    async def test_parts_are_those_that_are_used_at_any_remove(self) -> None:
        stock, sauce, lasagne = (UUID(int=number) for number in (11, 12, 13))
        await self.add(RICE, a_content())
        await self.add(stock, a_content("Stock", "300 g rice"))
        await self.add(sauce, self.using("Sauce", stock, None))
        await self.add(lasagne, self.using("Lasagne", sauce, Fraction(1, 3)))
        async with self.corpus.snapshot(an_origin()) as snapshot:
            parts = await snapshot.parts(RecipeSelection(recipe_ids=(lasagne,)))
            none = await snapshot.parts(RecipeSelection(recipe_ids=(RICE,)))
        [recipe] = await self.selected(RecipeSelection(recipe_ids=(lasagne,)))
        assert (recipe.lines, recipe.resolved, list(recipe.parts)) == (2, 1, [(sauce, 333_333)])
        assert sorted((part.name, list(part.parts)) for part in parts) == [("Sauce", [(stock, None)]), ("Stock", [])]
        assert list(none) == []

    def using(self, name: str, part: UUID, portion: Fraction | None) -> RecipeContent:
        """Return a recipe of some rice and another recipe."""
        sections = (Section(lines=("100 g rice", "the other recipe")),)
        return RecipeContent(
            name=name, sections=sections, sub_recipes=(SubRecipe(line=1, recipe_id=part, portion=portion),)
        )
