"""The allergen matrix: what is certain stays so, and unknown is never free."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient import Allergen, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.report import ReportKind
from domain.reports.allergen_matrix import AllergenMatrixParameters, Labelling
from domain.reports.facts import Findings, RecipeFacts
from tests.support.facts import an_ingredient, facts, findings, sources

NAMES = ("milk", "flour", "chocolate", "spice", "rice")
INGREDIENTS = sources(
    an_ingredient("milk", allergens={Allergen.MILK: Presence.CONTAINS}),
    an_ingredient("flour", allergens={Allergen.GLUTEN: Presence.CONTAINS}),
    an_ingredient("chocolate", allergens={Allergen.NUTS: Presence.MAY_CONTAIN, Allergen.MILK: Presence.MAY_CONTAIN}),
    an_ingredient("spice", allergens={Allergen.MUSTARD: Presence.UNKNOWN}),
    an_ingredient("rice"),
)
WORSE = [Presence.FREE, Presence.UNKNOWN, Presence.MAY_CONTAIN, Presence.CONTAINS]


def matrix(*recipes: RecipeFacts, rows: int = 1_000) -> Findings:
    return findings(ReportKind.ALLERGEN_MATRIX, AllergenMatrixParameters(rows=rows), INGREDIENTS, recipes)


def row_of(*names: str | None) -> Any:  # noqa: ANN401 (plain JSON values, looked into by each test)
    [row] = matrix(facts(1, *((name, None) for name in names))).rows
    return row


def counts_of(found: Findings, allergen: Allergen) -> Any:  # noqa: ANN401
    summary: Any = found.summary
    [counts] = [each for each in summary["allergens"] if each["allergen"] == allergen]
    return counts


def test_a_recipe_holds_what_its_ingredients_hold() -> None:
    row = row_of("milk", "flour", "chocolate")
    assert (row["milk"], row["gluten"], row["nuts"], row["egg"]) == ("contains", "contains", "may-contain", "free")


def test_an_ingredient_that_is_not_known_makes_everything_else_unknown() -> None:
    for strange in (None, "moondust"):
        row = row_of("milk", strange)
        assert (row["milk"], row["egg"]) == ("contains", "unknown")


def test_counts_are_over_all_recipes_however_few_are_shown() -> None:
    found = matrix(*(facts(number, ("milk", 1)) for number in range(1, 4)), facts(9, ("chocolate", 1)), rows=2)
    assert [row["name"] for row in found.rows] == ["Recipe 1", "Recipe 2"]
    assert (found.summary["recipes"], found.summary["recipesShown"]) == (4, 2)
    assert counts_of(found, Allergen.MILK) == {
        "allergen": "milk", "contains": 3, "mayContain": 1, "unknown": 0, "free": 0,
    }  # fmt: skip


def test_rows_are_the_first_by_name_of_however_many_recipes() -> None:
    found = matrix(*(facts(number, ("milk", 1)) for number in range(3_000, 0, -1)), rows=2)
    assert [row["name"] for row in found.rows] == ["Recipe 1", "Recipe 10"]


def test_pairs_that_are_in_one_recipe_are_counted() -> None:
    found = matrix(facts(1, ("milk", 1), ("flour", 1)), facts(2, ("flour", 1), ("milk", 1)), facts(3, ("milk", 1)))
    assert found.summary["together"] == [{"allergens": ["gluten", "milk"], "recipes": 2}]


def test_what_nobody_knows_is_listed() -> None:
    found = matrix(facts(1, ("spice", 1), ("spice", 2)), facts(2, (None, None), unread=["moondust", "moondust"]))
    assert found.summary["ingredientsNotFullyKnown"] == [{"ingredient": "spice", "recipes": 1}]
    assert found.summary["linesNotRead"] == [{"line": "moondust", "recipes": 1}]
    assert found.summary["recipesFullyKnown"] == 0


@given(st.lists(st.sampled_from(NAMES), min_size=1), st.sampled_from(NAMES))
def test_a_further_ingredient_never_makes_a_dish_safer(names: list[str], further: str) -> None:
    before, after = row_of(*names), row_of(*names, further)
    for allergen in Allergen:
        assert WORSE.index(after[allergen.value]) >= WORSE.index(before[allergen.value])


def test_no_rows_may_be_asked_for() -> None:
    found = matrix(*(facts(number, ("milk", 1)) for number in range(1, 1_500)), rows=0)
    assert (found.rows, found.summary["recipes"]) == ([], 1_499)


@given(st.permutations(range(1, 9)), st.integers(0, 8))
def test_the_rows_shown_are_the_first_by_name_in_any_order(numbers: list[int], rows: int) -> None:
    found = matrix(*(facts(number, ("milk", 1)) for number in numbers), rows=rows)
    assert [row["name"] for row in found.rows] == [f"Recipe {number}" for number in range(1, rows + 1)]


def test_the_matrix_follows_the_list_that_is_asked_for() -> None:
    soba = replace(an_ingredient("soba"), jp_allergens={JapaneseAllergen.BUCKWHEAT: Presence.CONTAINS})
    asked = AllergenMatrixParameters(labelling=Labelling.JP)
    found = findings(ReportKind.ALLERGEN_MATRIX, asked, sources(soba), [facts(1, ("soba", 100))])
    [row] = found.rows
    assert (row["buckwheat"], row["wheat"]) == ("contains", "unknown")
    assert len(found.summary["allergens"]) == 29  # type: ignore[arg-type]
