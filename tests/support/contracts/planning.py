"""What every store of price lists and menu plans promises."""

from dataclasses import replace
from datetime import date, timedelta

from application.ports.reads import PlanningReads, RecipeCorpus
from application.ports.unit_of_work import UnitOfWork
from domain.principal import Principal
from domain.report import Needs
from tests.support.builders import an_origin
from tests.support.facts import A_PLAN, A_PRICE_LIST, AT, a_meal, a_plan, a_price, a_price_list


class PlanningContract:
    """Subclassed once for each adapter; all parts share their data."""

    unit_of_work: UnitOfWork
    planning_reads: PlanningReads
    corpus: RecipeCorpus

    async def save(self, *things: object) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            for thing in things:
                if isinstance(thing, type(a_plan())):
                    await transaction.menu_plans.save(thing)
                elif isinstance(thing, type(a_price_list())):
                    await transaction.price_lists.save(thing)

    async def test_what_was_kept_comes_back_exactly(self) -> None:
        prices = a_price_list(
            a_price("rice", "2.4999", pack_g=500, valid_until=date(2026, 1, 31)),
            a_price("rice", 3, pack_g=500, valid_from=date(2026, 2, 1)),
            a_price("rice", 9, supplier="Wholesale"),
        )
        plan = a_plan(a_meal(1), replace(a_meal(2), meal="夕食"))
        await self.save(prices, plan)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.price_lists.lock(A_PRICE_LIST) == prices
            assert await transaction.menu_plans.lock(A_PLAN) == plan
        async with self.corpus.snapshot(an_origin()) as snapshot:
            sources = await snapshot.sources(Needs(price_list_id=A_PRICE_LIST, menu_plan_id=A_PLAN))
        assert (sources.price_list, sources.menu_plan) == (prices, plan)

    async def test_a_revision_replaces_what_was_there(self) -> None:
        prices, plan = a_price_list(), a_plan()
        await self.save(prices, plan)
        later = AT + timedelta(days=1)
        revised = prices.revise(a_price_list(a_price("rice", 5)).content, later)
        await self.save(revised, plan.revise(a_plan(a_meal(7)).content, later))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.price_lists.lock(A_PRICE_LIST) == revised
            found = await transaction.menu_plans.lock(A_PLAN)
        assert found is not None
        assert (found.version, found.created_at, found.updated_at) == (2, AT, later)

    async def test_only_owners_and_editors_see_them(self) -> None:
        await self.save(a_price_list(), a_plan())
        editor = an_origin(principal=Principal(subject="bob", roles=frozenset({"editor"})))
        for origin, is_shown in ((an_origin("alice"), True), (an_origin("bob"), False), (editor, True)):
            documents = [
                await self.planning_reads.price_list(A_PRICE_LIST, origin),
                await self.planning_reads.menu_plan(A_PLAN, origin),
            ]
            assert [document is not None for document in documents] == [is_shown, is_shown]
            assert {document.version for document in documents if document} <= {"1"}

    async def test_what_is_not_there_is_none(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.price_lists.lock(A_PRICE_LIST) is None
            assert await transaction.menu_plans.lock(A_PLAN) is None
