"""What every kind of report promises, whatever it computes."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import GenerateReport
from domain.errors import InvalidReportError
from domain.ingredient import Allergen, Presence
from domain.nutrient import Nutrient
from domain.report import RecipeSelection, ReportKind, fingerprint
from domain.reports.allergen_matrix import AllergenMatrixParameters
from domain.reports.facts import Findings, RecipeFacts
from domain.reports.ingredient_affinity import MOST_PAIRS, IngredientAffinityParameters
from domain.reports.kinds import KINDS
from tests.support.facts import (
    A_PLAN,
    A_PRICE_LIST,
    PARAMETERS,
    a_meal,
    a_plan,
    a_price,
    a_price_list,
    an_ingredient,
    facts,
    findings,
    sources,
)

NAMES = ("rice", "oil", "milk", "spice")
SOURCES = sources(
    an_ingredient("rice", {Nutrient.ENERGY: 350}),
    an_ingredient("oil", {Nutrient.ENERGY: 900, Nutrient.FAT: 100}),
    an_ingredient("milk", {Nutrient.ENERGY: 64}, {Allergen.MILK: Presence.CONTAINS}),
    price_list=a_price_list(a_price("rice", 2), a_price("rice", 3, supplier="Wholesale"), a_price("milk", "1.19")),
    menu_plan=a_plan(*(a_meal(number, number) for number in range(1, 9))),
)

recipes = st.lists(
    st.builds(
        lambda lines, **chosen: (lines, chosen),
        st.lists(
            st.tuples(st.one_of(st.none(), st.sampled_from(NAMES)), st.one_of(st.none(), st.integers(0, 900))),
            max_size=5,
        ),
        category=st.sampled_from(["Soup", "Bread", "", None]),
        servings=st.one_of(st.none(), st.fractions(1, 12, max_denominator=3)),
        unresolved=st.integers(0, 1),
        unread=st.lists(st.sampled_from(["love", "luck"]), max_size=2),
    ),
    max_size=12,
).map(lambda some: [facts(number, *lines, **chosen) for number, (lines, chosen) in enumerate(some, 1)])

every_kind = pytest.mark.parametrize("kind", ReportKind)


def shown(found: Findings) -> str:
    return json.dumps([found.coverage, found.summary, found.rows], allow_nan=False)


@every_kind
@given(some=recipes, seed=st.integers())
def test_a_report_does_not_depend_on_the_order_of_recipes(kind: ReportKind, some: list[RecipeFacts], seed: int) -> None:
    shuffled = list(some)
    Random(seed).shuffle(shuffled)  # noqa: S311 (an order, not a secret)
    one, other = (findings(kind, PARAMETERS[kind], SOURCES, each) for each in (some, shuffled))
    assert shown(one) == shown(other)


@every_kind
@given(some=recipes, cut=st.integers(0, 12))
def test_a_report_over_two_parts_is_that_over_the_whole(kind: ReportKind, some: list[RecipeFacts], cut: int) -> None:
    def builder(part: list[RecipeFacts]) -> Any:  # noqa: ANN401 (any builder)
        made = KINDS[kind].builder(PARAMETERS[kind], SOURCES)
        for recipe in part:
            made.add(recipe)
        return made

    for first, second in ((some[:cut], some[cut:]), (some[cut:], some[:cut])):
        merged = builder(first)
        merged.merge(builder(second))
        assert shown(merged.finish()) == shown(builder(some).finish())


@every_kind
def test_a_report_over_nothing_is_empty(kind: ReportKind) -> None:
    found = findings(kind, PARAMETERS[kind], SOURCES, [])
    assert (found.rows, found.coverage["lines"]) == ([], 0)


@every_kind
def test_every_kind_has_a_row_and_takes_its_own_parameters_only(kind: ReportKind) -> None:
    assert GenerateReport(kind=kind, parameters=PARAMETERS[kind]).kind is kind
    foreign = next(each for other, each in PARAMETERS.items() if other is not kind)
    with pytest.raises(InvalidReportError) as refused:
        GenerateReport(kind=kind, parameters=foreign)
    assert refused.value.pointer == "/parameters"


def test_a_fingerprint_tells_kinds_parameters_and_snapshots_apart() -> None:
    asked = [
        (ReportKind.NUTRITION_SUMMARY, RecipeSelection(), "a"),
        (ReportKind.NUTRITION_SUMMARY, RecipeSelection(), "b"),
        (ReportKind.NUTRITION_SUMMARY, RecipeSelection(tag="a"), "a"),
        (ReportKind.ALLERGEN_MATRIX, AllergenMatrixParameters(), "a"),
    ]
    assert len({fingerprint(*each) for each in asked}) == len(asked)
    assert fingerprint(*asked[0]) == fingerprint(ReportKind.NUTRITION_SUMMARY, RecipeSelection(), "a")


@pytest.mark.parametrize("bad", [{"pairs": 0}, {"pairs": MOST_PAIRS + 1}, {"minimum_recipes": 0}])
def test_bounds_that_leave_nothing_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidReportError):
        IngredientAffinityParameters(**bad)


def test_sources_are_named_with_their_versions() -> None:
    assert SOURCES.versions == f"test;{A_PRICE_LIST}:1;{A_PLAN}:1"
