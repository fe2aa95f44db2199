"""Exact figures in messages: what is no figure is refused where it stands, and quickly."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.codec import MessageTypes, decode, encode
from domain.commands import AddMenuPlan
from domain.errors import DomainError
from domain.menu_plan import MenuPlanContent, PlannedMeal


def a_message(servings: object) -> bytes:
    """Return a command as another system would write it."""
    meal = {"day": "2026-01-05", "recipeId": str(UUID(int=1)), "servings": servings}
    return msgspec.json.encode({"content": {"name": "Week 2", "meals": [meal]}})


@pytest.mark.parametrize(
    ("written", "meant"), [(4, 4), (2.5, "5/2"), ("1/3", "1/3"), ("0.1", "1/10"), (0.1, "1/10"), ("007/2", "7/2")]
)
def test_a_figure_is_the_decimal_or_fraction_that_is_written(written: object, meant: object) -> None:
    command = MessageTypes().foreign_command("add-menu-plan", a_message(written))
    assert isinstance(command, AddMenuPlan)
    assert command.content.meals[0].servings == Fraction(str(meant))


@pytest.mark.parametrize(
    "written",
    ["1/0", "0/0", "1e999999999", "nan", "", "½", "\N{ARABIC-INDIC DIGIT ONE}", None, True, [], {}, "9" * 500],
)
def test_what_is_no_figure_is_refused_where_it_stands(written: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"content\.meals\[0\]\.servings|servings"):
        MessageTypes().foreign_command("add-menu-plan", a_message(written))


@pytest.mark.parametrize("servings", [0, -1, "100001"])
def test_a_figure_that_no_kitchen_could_mean_is_the_domains_to_refuse(servings: object) -> None:
    with pytest.raises(DomainError) as refused:
        MessageTypes().foreign_command("add-menu-plan", a_message(servings))
    assert refused.value.pointer == "/meals/0/servings"


@given(st.fractions(min_value=Fraction(1, 100), max_value=100_000))
def test_every_figure_comes_back_exactly(servings: Fraction) -> None:
    content = MenuPlanContent(
        name="Week 2", meals=(PlannedMeal(day=date(2026, 1, 5), recipe_id=UUID(int=1), servings=servings),)
    )
    assert decode(encode(content), MenuPlanContent) == content
