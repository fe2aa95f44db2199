"""Ingredient affinity: pairs that are used together more often than chance would have it."""

from math import log2

from hypothesis import given
from hypothesis import strategies as st

from domain.report import ReportKind
from domain.reports.facts import Findings, RecipeFacts
from domain.reports.ingredient_affinity import IngredientAffinityParameters
from tests.support.facts import facts, findings, sources


def affinity(*recipes: RecipeFacts, minimum_recipes: int = 1, pairs: int = 100) -> Findings:
    parameters = IngredientAffinityParameters(minimum_recipes=minimum_recipes, pairs=pairs)
    return findings(ReportKind.INGREDIENT_AFFINITY, parameters, sources(), recipes)


def using(number: int, *names: str | None) -> RecipeFacts:
    return facts(number, *((name, None) for name in names))


SOME = (using(1, "basil", "tomato"), using(2, "tomato", "basil", "basil"), using(3, "tomato", "salt"), using(4, "salt"))


def test_a_pair_has_support_lift_and_information() -> None:
    assert affinity(*SOME).rows[0] == {
        "ingredient": "basil",
        "with": "tomato",
        "recipes": 2,
        "supportPercent": 50.0,
        "recipesOfIngredient": 2,
        "recipesOfWith": 3,
        "lift": 1.333,
        "pmi": round(log2(4 / 3), 3),
    }


def test_a_pair_that_is_too_rare_is_not_shown() -> None:
    found = affinity(*SOME, minimum_recipes=2)
    assert [(row["ingredient"], row["with"]) for row in found.rows] == [("basil", "tomato")]
    assert (found.summary["pairs"], found.summary["pairsInEnoughRecipes"]) == (2, 1)


def test_no_more_pairs_are_shown_than_asked_for() -> None:
    assert len(affinity(*SOME, pairs=1).rows) == 1


def test_lines_that_name_nothing_known_make_no_pair() -> None:
    assert affinity(using(1, "salt", None)).rows == []


@given(st.lists(st.sets(st.sampled_from("abcde"), min_size=2, max_size=2), min_size=1))
def test_lift_says_which_side_of_chance_a_pair_is_on(recipes: list[set[str]]) -> None:
    for row in affinity(*(using(number, *sorted(names)) for number, names in enumerate(recipes))).rows:
        together, chance = row["recipes"], row["recipesOfIngredient"] * row["recipesOfWith"] / len(recipes)  # type: ignore[operator]
        assert (row["lift"] > 1) <= (together > chance)  # type: ignore[operator]
        assert (row["pmi"] > 0) <= (together > chance)  # type: ignore[operator]
