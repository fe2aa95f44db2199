"""The nutrition summary: the unknown counted, never added as zero."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.nutrient import Nutrient
from domain.report import RecipeSelection, ReportKind
from domain.reports.facts import RecipeFacts
from domain.reports.figures import nearest_rank
from tests.support.facts import an_ingredient, facts, findings, sources

INGREDIENTS = sources(
    an_ingredient("rice", {Nutrient.ENERGY: 100, Nutrient.IRON: Fraction("0.8")}),
    an_ingredient("oil", {Nutrient.ENERGY: 900}),
)


def rows_of(*recipes: RecipeFacts) -> Any:  # noqa: ANN401 (plain JSON values, looked into by each test)
    return findings(ReportKind.NUTRITION_SUMMARY, RecipeSelection(), INGREDIENTS, recipes).rows


def summary_of(*recipes: RecipeFacts) -> Any:  # noqa: ANN401
    return findings(ReportKind.NUTRITION_SUMMARY, RecipeSelection(), INGREDIENTS, recipes).summary


def test_percentiles_and_mean_are_per_serving() -> None:
    [row] = rows_of(*(facts(grams, ("rice", grams), servings=2) for grams in range(20, 220, 20)))
    assert row["nutrients"]["energy_kcal"] == {
        "recipes": 10, "p10": 10.0, "p25": 30.0, "p50": 50.0, "p75": 80.0, "p90": 90.0, "mean": 55.0,
    }  # fmt: skip


def test_a_recipe_without_a_yield_is_counted_and_left_out() -> None:
    recipes = [facts(1, ("rice", 100)), facts(2, ("rice", 900), servings=None), facts(3, ("rice", 900), servings=0)]
    assert summary_of(*recipes)["recipesWithoutServings"] == 2
    [row] = rows_of(*recipes)
    assert (row["recipes"], row["nutrients"]["energy_kcal"]["mean"]) == (3, 100.0)


def test_a_recipe_with_an_unresolved_line_gives_no_figure() -> None:
    recipes = [facts(1, ("rice", 100)), facts(2, ("rice", 5), unresolved=1)]
    assert summary_of(*recipes)["recipesWithUnresolvedLines"] == 1
    [row] = rows_of(*recipes)
    assert row["coverage"] == {"lines": 3, "resolved": 2}
    assert row["nutrients"]["energy_kcal"]["p10"] == 100.0


def test_a_nutrient_that_some_line_does_not_know_has_no_figure() -> None:
    [row] = rows_of(facts(1, ("rice", 100), ("oil", 10)))
    assert row["nutrients"]["energy_kcal"]["mean"] == 190.0
    assert row["nutrients"]["iron_mg"] == {
        "recipes": 0, "p10": None, "p25": None, "p50": None, "p75": None, "p90": None, "mean": None,
    }  # fmt: skip


def test_an_ingredient_of_which_nothing_is_known_leaves_no_figure() -> None:
    [row] = rows_of(facts(1, ("rice", 100), ("moondust", 10)))
    assert row["nutrients"]["energy_kcal"]["recipes"] == 0


def test_a_recipe_of_which_nothing_is_weighed_gives_no_figure() -> None:
    [row] = rows_of(facts(1, ("rice", None)))
    assert row["nutrients"]["energy_kcal"]["recipes"] == 0


def test_rows_are_sorted_by_category_with_none_last() -> None:
    rows = rows_of(*(facts(1, ("rice", 1), category=category) for category in (None, "Soup", "Bread")))
    assert [row["category"] for row in rows] == ["Bread", "Soup", None]
    assert list(rows[0]["nutrients"]) == [nutrient.value for nutrient in Nutrient]


def test_no_recipes_give_no_rows() -> None:
    assert rows_of() == []


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=40), st.fractions(1, 12, max_denominator=4))
def test_rounding_early_does_not_change_a_percentile(grams: list[int], servings: Fraction) -> None:
    [row] = rows_of(*(facts(number, ("rice", each), servings=servings) for number, each in enumerate(grams)))
    shown = row["nutrients"]["energy_kcal"]
    exact = sorted(each / servings for each in grams)
    for percent in (10, 25, 50, 75, 90):
        enough = next(value for value in exact if 100 * sum(other <= value for other in exact) >= percent * len(exact))
        assert shown[f"p{percent}"] == round(enough * 100) / 100
    assert shown["mean"] == round(sum(exact, Fraction(0)) / len(exact) * 100) / 100


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_nutrition_is_additive(one: int, other: int) -> None:
    [together] = rows_of(facts(1, ("rice", one), ("rice", other)))
    [merged] = rows_of(facts(1, ("rice", one + other)))
    assert together["nutrients"] == merged["nutrients"]


def test_the_nearest_rank_is_always_a_figure_of_the_list() -> None:
    assert nearest_rank([7], 1) == nearest_rank([7], 100) == 7
    assert nearest_rank([15, 20, 35, 40, 50], 30) == 20
    assert nearest_rank([15, 20, 35, 40, 50], 40) == 20
    assert nearest_rank([15, 20, 35, 40, 50], 100) == 50
