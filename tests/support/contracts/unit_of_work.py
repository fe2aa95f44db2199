"""What every unit of work promises, with the reads that show its effects."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from uuid import UUID

import msgspec
import pytest

from application.ports.idempotency import AnsweredOtherwiseError, Outcome
from application.ports.jobs import JobStore
from application.ports.outbox import OutboxStore
from application.ports.queue import Channel
from application.ports.reads import CatalogueReads, RecipeIndex, RecipeReads, ReportReads
from application.ports.unit_of_work import UnitOfWork
from domain.allergens import ALL_UNKNOWN, RecipeAllergens
from domain.errors import IdempotencyMismatchError, RequestInProgressError
from domain.ingredient import Allergen, Catalogue, Ingredient, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.job import Reference
from domain.listed_allergens import ListedAllergens
from domain.nutrient import Nutrient
from domain.nutrition import RecipeNutrition
from domain.projection import RecipeProjection
from domain.recipe import Recipe, RecipeContent, RecipeStatus, Section, SubRecipe, read_lines
from domain.report import RecipeSelection, Report, ReportKind
from domain.search import RecipeSearch
from tests.support.builders import a_content, a_job, a_key, an_origin
from tests.support.fakes import FixedClock

StoredLine = tuple[str, str, str | None, tuple[int | None, int | None, int | None], bool]
"""A line's text, status, ingredient, micrograms (middle, low, high), and whether it is optional."""

NOTHING_KNOWN: Mapping[Allergen, Presence] = MappingProxyType({})
NO_JAPANESE: Mapping[JapaneseAllergen, Presence] = MappingProxyType({})
FREE_OF_ALL = RecipeAllergens(eu=ListedAllergens(listed=Allergen), jp=ListedAllergens(listed=JapaneseAllergen))
RICE = UUID(int=1)
SOUP = UUID(int=2)
BOWL = UUID(int=3)


class BrokenHandlerError(Exception):
    """Raised inside a transaction, to see it rolled back."""


def an_ingredient(
    name: str = "rice",
    allergens: Mapping[Allergen, Presence] = NOTHING_KNOWN,
    jp: Mapping[JapaneseAllergen, Presence] = NO_JAPANESE,
) -> Ingredient:
    """Return an ingredient that knows its energy."""
    return Ingredient(
        name=name,
        aliases=(),
        eu_allergens=allergens,
        jp_allergens=jp,
        density_g_per_ml=None,
        piece_g=None,
        piece_measure=None,
        nutrients={Nutrient.ENERGY: Fraction(350)},
        source="test",
    )


def some_nutrition(energy: int = 1) -> RecipeNutrition:
    """Return a nutrition of one resolved line."""
    return RecipeNutrition(
        lines=1,
        resolved=1,
        weighed=1,
        totals={Nutrient.ENERGY: Fraction(energy, 3)},
        known={Nutrient.ENERGY: 1},
    )


def a_projection(recipe_id: UUID, version: int, nutrition: RecipeNutrition) -> RecipeProjection:
    """Return what follows from a recipe that holds nothing but unknowns."""
    return RecipeProjection(
        recipe_id=recipe_id, version=version, catalogue="empty", nutrition=nutrition, allergens=ALL_UNKNOWN
    )


def using(recipe_id: UUID, *, portion: Fraction | None = None) -> RecipeContent:
    """Return a recipe of one line that stands for another recipe."""
    part = SubRecipe(line=0, recipe_id=recipe_id, portion=portion)
    return RecipeContent(name="Bowl", sections=(Section(lines=("some of it",)),), sub_recipes=(part,))


class UnitOfWorkContract:
    """Subclassed once for each adapter; all parts share their data."""

    empty = Catalogue(())

    unit_of_work: UnitOfWork
    jobs: JobStore
    recipe_reads: RecipeReads
    report_reads: ReportReads
    catalogue: CatalogueReads
    index: RecipeIndex
    outbox: OutboxStore
    clock = FixedClock()

    async def add(self, recipe_id: UUID, content: RecipeContent, owner: str = "alice") -> Recipe:
        current = await self.catalogue.current()
        readings = read_lines(content, current.catalogue, {})
        recipe, event = Recipe.add(recipe_id, owner, content, readings, self.clock.now())
        async with self.unit_of_work.begin(an_origin(owner)) as transaction:
            await transaction.recipes.add(recipe)
            await transaction.outbox.record(event)
        return recipe

    async def marks(self) -> list[tuple[str, int, str]]:
        """Return the marks of drills that are committed, as drill id, attempt and request id."""
        raise NotImplementedError

    async def stored_lines(self, recipe_id: UUID) -> list[StoredLine]:
        """Return the projected lines of a recipe in their order."""
        raise NotImplementedError

    async def stored_allergens(self, recipe_id: UUID) -> RecipeAllergens | None:
        """Return the projected allergens of a recipe."""
        raise NotImplementedError

    async def unsent(self) -> list[str]:
        async with self.outbox.claim(100) as batch:
            return [message.type for message in batch.messages.get(Channel.EVENTS, ())]

    async def test_committed_recipe_is_shown_with_its_version(self) -> None:
        recipe = await self.add(RICE, a_content("Rice"))
        document = await self.recipe_reads.document(RICE, an_origin("bob"))
        assert document is not None
        assert document.is_shared
        assert document.version == "1"
        shown = msgspec.json.decode(document.body)
        assert (shown["id"], shown["name"], shown["yield"]) == (
            str(recipe.id),
            "Rice",
            {"amount": 4, "unit": "servings"},
        )

    async def test_stored_content_comes_back_exactly(self) -> None:
        recipe = await self.add(RICE, a_content("Rice", "1/3 cup rice", "2½ cups water"))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            found = await transaction.recipes.get(RICE)
        assert found is not None
        assert (found.content, found.owner, found.created_at) == (recipe.content, "alice", self.clock.now())

    async def test_lines_are_kept_as_they_were_read_with_their_recipe(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.replace([an_ingredient("rice")])
        await self.add(RICE, a_content("Rice", "100 to 300 g rice", "salt to taste", "1 lump of moon dust (optional)"))
        assert await self.stored_lines(RICE) == [
            ("100 to 300 g rice", "resolved", "rice", (200_000_000, 100_000_000, 300_000_000), False),
            ("salt to taste", "to-taste", None, (None, None, None), False),
            ("1 lump of moon dust (optional)", "unresolved", None, (None, None, None), True),
        ]

    async def test_lines_read_anew_replace_those_read_before(self) -> None:
        recipe = await self.add(RICE, a_content("Rice", "1 g rice", "1 g miso"))
        assert [line[1] for line in await self.stored_lines(RICE)] == ["unresolved", "unresolved"]
        again = recipe.read_with(Catalogue([an_ingredient("rice")]), {})
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.save_readings(again)
        assert [line[2] for line in await self.stored_lines(RICE)] == ["rice", None]

    async def test_lines_of_another_version_are_left_alone(self) -> None:
        recipe = await self.add(RICE, a_content("Rice", "1 g rice"))
        late = replace(recipe.read_with(Catalogue([an_ingredient("rice")]), {}), version=2)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.save_readings(late)
        assert [line[2] for line in await self.stored_lines(RICE)] == [None]

    async def test_a_new_version_replaces_the_old_one_and_its_lines(self) -> None:
        recipe = await self.add(RICE, a_content("Rice", "1 g rice", "1 g miso"))
        revised, _ = recipe.revise(a_content("Miso", "2 g miso"), [self.empty.read("2 g miso")], self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.recipes.lock([RICE, SOUP]) == {RICE: recipe}
            await transaction.recipes.save(revised)
            await transaction.recipes.save_readings(revised)
        document = await self.recipe_reads.document(RICE, an_origin())
        assert document is not None
        assert (document.version, msgspec.json.decode(document.body)["name"]) == ("2", "Miso")
        assert [line[0] for line in await self.stored_lines(RICE)] == ["2 g miso"]

    async def test_a_removed_recipe_is_gone_with_all_that_followed_from_it(self) -> None:
        await self.add(RICE, a_content())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.projections.save([a_projection(RICE, 1, some_nutrition())])
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.lock([RICE])
            await transaction.recipes.remove(RICE)
        assert await self.recipe_reads.document(RICE, an_origin()) is None
        assert await self.stored_allergens(RICE) is None

    async def test_a_locked_recipe_is_changed_by_one_at_a_time(self) -> None:
        await self.add(RICE, a_content())

        async def revise() -> None:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                [recipe] = (await transaction.recipes.lock([RICE])).values()
                revised, _ = recipe.revise(recipe.content, recipe.readings, self.clock.now())
                await transaction.recipes.save(revised)

        await asyncio.gather(*(revise() for _ in range(4)))
        document = await self.recipe_reads.document(RICE, an_origin())
        assert document is not None
        assert document.version == "5"

    async def test_which_recipe_uses_which_is_changed_by_one_at_a_time(self) -> None:
        seen: list[int] = []

        async def change(number: int) -> None:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.recipes.lock_uses()
                seen.append(number)
                await transaction.recipes.uses_around([RICE])
                seen.append(number)

        await asyncio.gather(*(change(number) for number in range(3)))
        assert seen[::2] == seen[1::2]

    async def test_uses_are_found_above_and_below(self) -> None:
        await self.add(SOUP, a_content("Soup"))
        await self.add(RICE, using(SOUP, portion=Fraction(1, 4)))
        await self.add(BOWL, using(RICE))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.lock_uses()
            uses = await transaction.recipes.uses_around([RICE])
            found = await transaction.recipes.get_many([RICE, BOWL])
        assert uses.above(SOUP) == {RICE, BOWL}
        assert uses.below([BOWL]) == {RICE, SOUP}
        assert found[RICE].content == using(SOUP, portion=Fraction(1, 4))
        assert [line[1] for line in await self.stored_lines(BOWL)] == ["unresolved"]

    async def project(self, allergens: RecipeAllergens, version: int = 1) -> None:
        made = replace(a_projection(RICE, version, some_nutrition()), allergens=allergens)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.projections.save([made])

    async def test_allergens_are_kept_in_three_sets_for_each_list(self) -> None:
        await self.add(RICE, a_content())
        eu = ListedAllergens(
            listed=Allergen,
            contained=frozenset({Allergen.SOY, Allergen.GLUTEN}),
            unknown=frozenset({Allergen.FISH}),
        )
        jp = ListedAllergens(
            listed=JapaneseAllergen,
            contained=frozenset({JapaneseAllergen.WHEAT}),
            possible=frozenset({JapaneseAllergen.SALMON_ROE, JapaneseAllergen.MILK}),
            unknown=frozenset({JapaneseAllergen.SOY}),
        )
        for allergens in (RecipeAllergens(eu=eu, jp=jp), ALL_UNKNOWN, FREE_OF_ALL):
            await self.project(allergens)
            assert await self.stored_allergens(RICE) == allergens

    async def found(self, search: RecipeSearch, caller: str = "bob") -> list[UUID]:
        page = await self.index.page(search, an_origin(caller))
        return [UUID(msgspec.json.decode(item)["id"]) for item in page.items]

    async def test_recipes_are_found_by_all_that_is_asked_at_once(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.replace([an_ingredient("rice"), an_ingredient("miso")])
        await self.add(RICE, a_content("Boiled rice", "1 g rice"))
        await self.add(SOUP, replace(a_content("味噌汁", "1 g miso", "1 g rice"), tags=("quick",)))
        assert await self.found(RecipeSearch()) == [SOUP, RICE]
        assert await self.found(RecipeSearch(text="boil")) == [RICE]
        assert await self.found(RecipeSearch(text="味噌", tags=("Quick",), ingredients=("rice",))) == [SOUP]
        assert await self.found(RecipeSearch(text="boil", tags=("Quick",))) == []
        assert await self.found(RecipeSearch(free_from=frozenset({Allergen.MILK}))) == []
        assert await self.found(RecipeSearch(free_from_jp=frozenset({JapaneseAllergen.MILK}))) == []

    async def test_a_recipe_is_found_by_each_list_for_itself_and_by_both_at_once(self) -> None:
        await self.add(RICE, replace(a_content("Rice"), tags=("quick",)))
        await self.add(SOUP, a_content("Soup"))
        await self.project(replace(ALL_UNKNOWN, jp=FREE_OF_ALL.jp))
        milk, jp_milk = frozenset({Allergen.MILK}), frozenset({JapaneseAllergen.MILK})
        assert await self.found(RecipeSearch(free_from_jp=jp_milk)) == [RICE]
        assert await self.found(RecipeSearch(free_from=milk)) == []
        assert await self.found(RecipeSearch(free_from=milk, free_from_jp=jp_milk)) == []
        await self.project(replace(ALL_UNKNOWN, eu=FREE_OF_ALL.eu))
        assert await self.found(RecipeSearch(free_from_jp=jp_milk)) == []
        assert await self.found(RecipeSearch(free_from=milk)) == [RICE]
        await self.project(FREE_OF_ALL)
        everything = RecipeSearch(
            text="rice", tags=("quick",), free_from=frozenset(Allergen), free_from_jp=frozenset(JapaneseAllergen)
        )
        assert await self.found(everything) == [RICE]
        assert await self.found(replace(everything, tags=("slow",))) == []

    @pytest.mark.parametrize(
        "not_free",
        [
            ListedAllergens(listed=JapaneseAllergen, **{answer: frozenset({JapaneseAllergen.BUCKWHEAT})})
            for answer in ("contained", "possible", "unknown")
        ],
        ids=["contained", "possible", "unknown"],
    )
    async def test_only_what_is_certain_passes_as_free(self, not_free: ListedAllergens[JapaneseAllergen]) -> None:
        await self.add(RICE, a_content("Rice"))
        await self.project(replace(FREE_OF_ALL, jp=not_free))
        assert await self.found(RecipeSearch(free_from_jp=frozenset({JapaneseAllergen.BUCKWHEAT}))) == []
        others = frozenset(JapaneseAllergen) - {JapaneseAllergen.BUCKWHEAT}
        assert await self.found(RecipeSearch(free_from_jp=others)) == [RICE]

    @pytest.mark.parametrize(
        "free_of_milk",
        [
            RecipeSearch(free_from=frozenset({Allergen.MILK})),
            RecipeSearch(free_from_jp=frozenset({JapaneseAllergen.MILK})),
        ],
        ids=["eu", "jp"],
    )
    async def test_a_recipe_is_free_of_what_its_newest_version_is_free_of(self, free_of_milk: RecipeSearch) -> None:
        recipe = await self.add(RICE, a_content("Rice"))
        made = replace(a_projection(RICE, 1, some_nutrition()), allergens=FREE_OF_ALL)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.projections.save([made])
        assert await self.found(free_of_milk) == [RICE]
        revised, _ = recipe.revise(recipe.content, recipe.readings, self.clock.now())
        for change in (revised, None):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                if change is not None:
                    await transaction.recipes.save(change)
                await transaction.projections.save([made])
            assert await self.found(free_of_milk) == []

    async def test_pages_go_on_where_the_last_one_ended(self) -> None:
        for number in range(1, 6):
            await self.add(UUID(int=number), a_content("Rice"))
        first = await self.index.page(RecipeSearch(limit=2), an_origin())
        assert first.next is not None
        rest = await self.index.page(RecipeSearch(limit=3, after=first.next, text="rice"), an_origin())
        assert [len(page.items) for page in (first, rest)] == [2, 3]
        assert rest.next is None

    async def test_ids_come_in_their_order(self) -> None:
        for recipe_id in (BOWL, RICE, SOUP):
            await self.add(recipe_id, a_content())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.recipes.ids(None, limit=2) == [RICE, SOUP]
            assert await transaction.recipes.ids(SOUP, limit=2) == [BOWL]

    async def test_only_their_owner_finds_drafts(self) -> None:
        recipe, _ = Recipe.add(RICE, "alice", a_content(), [], self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.recipes.add(recipe.as_draft())
        assert await self.found(RecipeSearch(), "alice") == []
        assert await self.found(RecipeSearch(status=RecipeStatus.DRAFT), "alice") == [RICE]
        assert await self.found(RecipeSearch(status=RecipeStatus.DRAFT), "bob") == []

    async def test_missing_recipe_is_none(self) -> None:
        assert await self.recipe_reads.document(RICE, an_origin()) is None
        assert await self.recipe_reads.newest() is None

    async def test_failed_transaction_leaves_neither_change_nor_event(self) -> None:
        recipe, event = Recipe.add(RICE, "alice", a_content(), [], self.clock.now())
        with pytest.raises(BrokenHandlerError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.recipes.add(recipe)
                await transaction.outbox.record(event)
                raise BrokenHandlerError
        assert await self.recipe_reads.document(RICE, an_origin()) is None
        assert await self.unsent() == []

    async def test_event_waits_in_the_outbox_with_its_request(self) -> None:
        await self.add(RICE, a_content())
        async with self.outbox.claim(100) as batch:
            [message] = batch.messages[Channel.EVENTS]
        assert (message.type, message.subject) == ("org.kondate.event.recipe-added.v1", str(RICE))
        assert (message.request_id, message.group) == ("request-0001", "alice")

    async def test_report_is_its_owners_alone(self) -> None:
        report = Report(
            id=UUID(int=5),
            kind=ReportKind.NUTRITION_SUMMARY,
            owner="alice",
            parameters=RecipeSelection(category="Soup"),
            snapshot="sha256:0",
            content={"coverage": {"lines": 1, "resolved": 1}, "summary": {}, "rows": []},
            created_at=self.clock.now(),
        )
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.reports.add(report)
        document = await self.report_reads.document(report.id, an_origin("alice"))
        assert document is not None
        assert msgspec.json.decode(document.body)["report"]["parameters"] == {"category": "Soup"}
        assert await self.report_reads.document(report.id, an_origin("bob")) is None

    async def test_late_projection_does_not_replace_a_newer_one(self) -> None:
        await self.add(RICE, a_content())
        milk = replace(
            FREE_OF_ALL,
            eu=ListedAllergens(listed=Allergen, contained=frozenset({Allergen.MILK})),
            jp=ListedAllergens(listed=JapaneseAllergen, contained=frozenset({JapaneseAllergen.MILK})),
        )
        for version, allergens in ((1, milk), (0, FREE_OF_ALL)):
            await self.project(allergens, version)
        assert await self.stored_allergens(RICE) == milk

    async def test_same_catalogue_keeps_its_version(self) -> None:
        names = []
        for ingredients in (
            (an_ingredient("rice"), an_ingredient("miso")),
            (an_ingredient("miso"), an_ingredient("rice")),
        ):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.catalogue.replace(ingredients)
            names.append((await self.catalogue.current()).name)
        assert names[0] == names[1] != "empty"

    async def test_changed_catalogue_changes_its_version(self) -> None:
        names = []
        for name in ("rice", "miso"):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.catalogue.replace([an_ingredient(name)])
            names.append((await self.catalogue.current()).name)
        assert names[0] != names[1]
        assert (await self.catalogue.current()).catalogue.get("miso") == an_ingredient("miso")

    async def test_key_remembers_what_its_transaction_brought_about(self) -> None:
        outcome = Outcome(reference=Reference(resource="recipe", id=RICE))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.idempotency.claim(a_key()) is None
            await transaction.idempotency.keep(a_key(), outcome)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.idempotency.claim(a_key()) == outcome

    async def test_key_of_a_job_names_the_job(self) -> None:
        await self.jobs.accept(a_job(), a_key())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.idempotency.claim(a_key()) == Outcome(job_id=a_job().id)

    async def test_job_under_the_key_of_what_was_done_at_once_is_refused_with_its_outcome(self) -> None:
        outcome = Outcome(reference=Reference(resource="recipe", id=RICE))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.idempotency.claim(a_key())
            await transaction.idempotency.keep(a_key(), outcome)
        with pytest.raises(AnsweredOtherwiseError) as refused:
            await self.jobs.accept(a_job(), a_key())
        assert refused.value.outcome == outcome
        assert await self.jobs.get(a_job().id, owner="alice") is None

    async def test_job_accepted_under_a_key_goes_before_what_is_being_done_at_once(self) -> None:
        with pytest.raises(RequestInProgressError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                assert await transaction.idempotency.claim(a_key()) is None
                await self.jobs.accept(a_job(), a_key())
                await transaction.idempotency.keep(a_key(), Outcome())
        assert (await self.jobs.accept(a_job(2), a_key())).job == a_job()

    async def test_key_of_a_failed_transaction_is_free_again(self) -> None:
        with pytest.raises(BrokenHandlerError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.idempotency.claim(a_key())
                await transaction.idempotency.keep(a_key(), Outcome())
                raise BrokenHandlerError
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.idempotency.claim(a_key()) is None

    async def test_key_is_in_progress_while_its_first_transaction_is_open(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as first:
            await first.idempotency.claim(a_key())
            with pytest.raises(RequestInProgressError):
                async with self.unit_of_work.begin(an_origin()) as second:
                    await second.idempotency.claim(a_key())

    async def test_key_for_another_request_is_refused(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.idempotency.claim(a_key())
            await transaction.idempotency.keep(a_key(), Outcome())
        with pytest.raises(IdempotencyMismatchError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.idempotency.claim(a_key(fingerprint="other"))

    async def test_drill_leaves_its_mark_each_time_it_commits(self) -> None:
        for attempt in (1, 2):
            async with self.unit_of_work.begin(an_origin(request_id="request-7")) as transaction:
                await transaction.drills.record("drill-1", attempt=attempt)
        assert await self.marks() == [("drill-1", 1, "request-7"), ("drill-1", 2, "request-7")]

    async def test_drill_that_fails_leaves_no_mark(self) -> None:
        with pytest.raises(BrokenHandlerError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.drills.record("drill-1", attempt=1)
                raise BrokenHandlerError
        assert await self.marks() == []
