"""GenerateReport: one snapshot, one result, and nothing computed twice."""

from uuid import UUID

import pytest

from domain.commands import AddRecipe, GenerateReport
from domain.errors import InvalidReportError, JobCancelledError
from domain.principal import Principal
from domain.report import RecipeSelection, Report, ReportKind
from domain.reports.cost_trend import CostTrendParameters
from domain.reports.purchasing_list import PurchasingListParameters
from tests.support.application import InMemoryApplication
from tests.support.builders import ALL_SCOPES, a_content, an_origin
from tests.support.facts import A_PLAN, A_PRICE_LIST, a_plan, a_price_list

SUMMARY = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)
TREND = GenerateReport(
    kind=ReportKind.COST_TREND, parameters=CostTrendParameters(price_list_id=A_PRICE_LIST, from_month="2026-01")
)
LIST = GenerateReport(
    kind=ReportKind.PURCHASING_LIST,
    parameters=PurchasingListParameters(menu_plan_id=A_PLAN, price_list_id=A_PRICE_LIST),
)


async def report(app: InMemoryApplication, command: GenerateReport, subject: str = "alice", *roles: str) -> Report:
    principal = Principal(subject=subject, scopes=ALL_SCOPES, roles=frozenset(roles))
    reference = (await app.bus.execute(command, an_origin(principal=principal))).reference
    assert reference is not None
    return app.tables.reports[reference.id]


async def test_same_request_over_an_unchanged_corpus_is_answered_with_the_finished_report() -> None:
    app = InMemoryApplication()
    await app.bus.execute(AddRecipe(content=a_content()), an_origin())
    first, second = await report(app, SUMMARY), await report(app, SUMMARY)
    assert first.id == second.id
    assert len(app.tables.reports) == 1


async def test_another_request_or_caller_or_corpus_is_computed_anew() -> None:
    app = InMemoryApplication()
    first = await report(app, SUMMARY)
    tagged = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY, parameters=RecipeSelection(tag="a"))
    others = [await report(app, tagged), await report(app, SUMMARY, "bob")]
    await app.bus.execute(AddRecipe(content=a_content()), an_origin())
    others.append(await report(app, SUMMARY))
    assert len({first.id, *(other.id for other in others)}) == 4


async def test_snapshot_names_the_prices_and_the_plan_too() -> None:
    app = InMemoryApplication()
    app.tables.price_lists[A_PRICE_LIST], app.tables.menu_plans[A_PLAN] = a_price_list(), a_plan()
    before = await report(app, LIST)
    app.tables.price_lists[A_PRICE_LIST] = a_price_list().revise(a_price_list().content, app.clock.now())
    assert before.snapshot != (await report(app, LIST)).snapshot


@pytest.mark.parametrize(("command", "member"), [(TREND, "priceListId"), (LIST, "menuPlanId")])
async def test_lists_of_others_look_like_none(command: GenerateReport, member: str) -> None:
    app = InMemoryApplication()
    app.tables.menu_plans[A_PLAN] = a_plan()
    app.tables.price_lists[A_PRICE_LIST] = a_price_list(owner="bob" if command is TREND else "alice")
    missing = InMemoryApplication()
    missing.tables.price_lists[A_PRICE_LIST] = a_price_list()
    if command is TREND:
        missing.tables.price_lists.clear()
    else:
        app.tables.menu_plans[A_PLAN] = a_plan(owner="bob")
    told = []
    for each in (app, missing):
        with pytest.raises(InvalidReportError) as refused:
            await report(each, command)
        told.append((refused.value.detail, refused.value.pointer))
    assert told == [("There is none by this id.", f"/parameters/{member}")] * 2


async def test_an_editor_may_report_on_what_others_keep() -> None:
    app = InMemoryApplication()
    app.tables.price_lists[A_PRICE_LIST], app.tables.menu_plans[A_PLAN] = a_price_list(), a_plan()
    assert (await report(app, LIST, "bob", "editor")).owner == "bob"


async def test_a_cancelled_report_stops_at_the_next_chunk_and_leaves_nothing() -> None:
    class Cancelled:
        async def report(self, done: int, total: int) -> None:
            raise JobCancelledError(f"{done} of {total}")

    app = InMemoryApplication()
    with pytest.raises(JobCancelledError, match="0 of 0"):
        async with app.unit_of_work.begin(an_origin()) as transaction:
            await app.bus.run(SUMMARY, an_origin(), transaction, Cancelled())
    assert app.tables.reports == {}


async def test_report_is_found_by_what_it_answers() -> None:
    app = InMemoryApplication()
    made = await report(app, SUMMARY)
    assert made.snapshot.startswith("sha256:")
    assert isinstance(made.id, UUID)
    assert made.fingerprint == (await report(app, SUMMARY)).fingerprint
