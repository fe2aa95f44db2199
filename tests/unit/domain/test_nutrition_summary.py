"""The nutrition summary: the same recipes, the same bytes; the unknown counted, never added as zero."""

import json
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.nutrient import Nutrient
from domain.nutrition import RecipeNutrition
from domain.nutrition_summary import NutritionFacts, NutritionSummary, nearest_rank


def facts(
    energy: Fraction | int, *, category: str | None = "Soup", servings: Fraction | int | None = 1, unresolved: int = 0
) -> NutritionFacts:
    return NutritionFacts(
        recipe_id="r",
        name="A recipe",
        category=category,
        servings=None if servings is None else Fraction(servings),
        nutrition=RecipeNutrition(
            lines=2 + unresolved,
            resolved=2,
            weighed=2,
            totals={Nutrient.ENERGY: Fraction(energy), Nutrient.IRON: Fraction(1)},
            known={Nutrient.ENERGY: 2, Nutrient.IRON: 1},
        ),
    )


def summary_of(*recipes: NutritionFacts) -> Any:  # noqa: ANN401 (plain JSON values, looked into by each test)
    summary = NutritionSummary()
    for recipe in recipes:
        summary.add(recipe)
    return summary.finish()


def test_percentiles_and_mean_are_per_serving() -> None:
    row = summary_of(*(facts(energy, servings=2) for energy in range(20, 220, 20)))["rows"][0]
    assert row["nutrients"]["energy_kcal"] == {
        "recipes": 10, "p10": 10.0, "p25": 30.0, "p50": 50.0, "p75": 80.0, "p90": 90.0, "mean": 55.0,
    }  # fmt: skip


def test_a_recipe_without_a_yield_is_counted_and_left_out() -> None:
    result = summary_of(facts(100), facts(900, servings=None), facts(900, servings=0))
    assert result["summary"]["recipes"] == 3
    assert result["summary"]["recipes_without_servings"] == 2
    assert result["rows"][0]["nutrients"]["energy_kcal"]["recipes"] == 1
    assert result["rows"][0]["nutrients"]["energy_kcal"]["mean"] == 100.0


def test_a_recipe_with_an_unresolved_line_gives_no_figure() -> None:
    result = summary_of(facts(100), facts(5, unresolved=1))
    assert result["coverage"] == {"lines": 5, "resolved": 4}
    assert result["summary"]["recipes_with_unresolved_lines"] == 1
    assert result["rows"][0]["nutrients"]["energy_kcal"]["p10"] == 100.0


def test_a_nutrient_that_some_line_does_not_know_has_no_figure() -> None:
    iron = summary_of(facts(100))["rows"][0]["nutrients"]["iron_mg"]
    assert iron == {"recipes": 0, "p10": None, "p25": None, "p50": None, "p75": None, "p90": None, "mean": None}


def test_rows_are_sorted_by_category_with_none_last() -> None:
    rows = summary_of(facts(1, category=None), facts(1, category="Soup"), facts(1, category="Bread"))["rows"]
    assert [row["category"] for row in rows] == ["Bread", "Soup", None]
    assert list(rows[0]["nutrients"]) == [nutrient.value for nutrient in Nutrient]


def test_no_recipes_give_an_empty_summary() -> None:
    result = summary_of()
    assert result["coverage"] == {"lines": 0, "resolved": 0}
    assert result["rows"] == []


recipes = st.lists(
    st.builds(
        facts,
        st.fractions(min_value=0, max_value=5000, max_denominator=97),
        category=st.sampled_from(["Soup", "Bread", "", None]),
        servings=st.one_of(st.none(), st.integers(1, 12)),
        unresolved=st.integers(0, 1),
    ),
    max_size=30,
)


@given(recipes, st.integers())
def test_the_summary_does_not_depend_on_the_order(some: list[NutritionFacts], seed: int) -> None:
    shuffled = list(some)
    Random(seed).shuffle(shuffled)  # noqa: S311 (an order, not a secret)
    assert json.dumps(summary_of(*shuffled)) == json.dumps(summary_of(*some))


@given(st.lists(st.fractions(min_value=0, max_value=5000, max_denominator=997), min_size=1, max_size=40))
def test_rounding_early_does_not_change_a_percentile(energies: list[Fraction]) -> None:
    shown = summary_of(*(facts(energy) for energy in energies))["rows"][0]["nutrients"]["energy_kcal"]
    exact = sorted(energies)
    for percent in (10, 25, 50, 75, 90):
        enough = next(value for value in exact if 100 * sum(other <= value for other in exact) >= percent * len(exact))
        assert shown[f"p{percent}"] == round(enough * 100) / 100
    assert shown["mean"] == round(sum(energies, Fraction(0)) / len(energies) * 100) / 100


def test_the_nearest_rank_is_always_a_figure_of_the_list() -> None:
    assert nearest_rank([7], 1) == nearest_rank([7], 100) == 7
    assert nearest_rank([15, 20, 35, 40, 50], 30) == 20
    assert nearest_rank([15, 20, 35, 40, 50], 40) == 20
    assert nearest_rank([15, 20, 35, 40, 50], 100) == 50
