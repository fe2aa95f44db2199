"""Menu plans: which recipe, on which day, for how many."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from domain.errors import InvalidMenuPlanError
from domain.menu_plan import MOST_MEALS, MOST_RECIPES, MenuPlanContent
from tests.support.facts import AT, a_meal, a_plan


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"meals": ()}, "/meals"),
        ({"meals": (a_meal(),) * (MOST_MEALS + 1)}, "/meals"),
        ({"meals": tuple(a_meal(number) for number in range(MOST_RECIPES + 1))}, "/meals"),
        ({"meals": (a_meal(), a_meal(servings=0))}, "/meals/1/servings"),
        ({"meals": (a_meal(servings=Fraction(10**6)),)}, "/meals/0/servings"),
        ({"meals": (replace(a_meal(), meal=" "),)}, "/meals/0/meal"),
    ],
)
def test_a_plan_that_nobody_could_cook_is_refused(bad: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidMenuPlanError) as refused:
        MenuPlanContent(**{"name": "Week 2", "meals": (a_meal(),), **bad})
    assert refused.value.pointer == pointer


def test_meals_of_a_period_include_both_ends() -> None:
    days = [date(2026, 1, day) for day in (5, 6, 7)]
    plan = a_plan(*(a_meal(day=day) for day in days))
    assert [meal.day for meal in plan.meals(days[0], days[1])] == days[:2]
    assert [meal.day for meal in plan.meals(None, None)] == days
    assert [meal.day for meal in plan.meals(days[1], None)] == days[1:]


def test_a_revision_is_the_next_version() -> None:
    content = MenuPlanContent(name="Week 3", meals=(replace(a_meal(), meal="lunch"),))
    revised = a_plan().revise(content, AT)
    assert (revised.version, revised.content) == (2, content)
