"""A recipe refuses what no cook could use, and points at the field."""

from fractions import Fraction
from uuid import UUID

import pytest

from domain.errors import InvalidRecipeError, InvalidReportError
from domain.recipe import MOST_LINES, RecipeContent, RecipeYield, Section
from domain.report import MOST_RECIPES_NAMED, RecipeSelection
from tests.support.builders import a_content

RICE = Section(lines=("300 g rice",))


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "\ud800"}, "/name"),
        ({"description": ""}, "/description"),
        ({"licence": "x" * 4_001}, "/licence"),
        ({"sections": ()}, "/ingredients"),
        ({"sections": (Section(lines=()),)}, "/ingredients"),
        ({"sections": (Section(lines=("rice",) * (MOST_LINES + 1)),)}, "/ingredients"),
        ({"sections": (Section(title="", lines=("rice",)),)}, "/ingredients/0/title"),
        ({"sections": (RICE, Section(lines=("rice", " ")))}, "/ingredients/1/lines/1"),
        ({"steps": ("Cook.",) * (MOST_LINES + 1)}, "/steps"),
        ({"steps": ("Cook.", "")}, "/steps/1"),
        ({"tags": ("x" * 101,)}, "/tags/0"),
        ({"prep_minutes": -1}, "/prepMinutes"),
        ({"cook_minutes": 100_001}, "/cookMinutes"),
    ],
)
def test_useless_content_is_refused_at_its_field(fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidRecipeError) as refused:
        RecipeContent(**{"name": "Rice", "sections": (RICE,), **fields})  # type: ignore[arg-type]
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("amount", [Fraction(0), Fraction(1, 101), Fraction(10_001)])
def test_yield_that_divides_nothing_is_refused(amount: Fraction) -> None:
    with pytest.raises(InvalidRecipeError) as refused:
        RecipeYield(amount=amount)
    assert refused.value.pointer == "/yield/amount"


@pytest.mark.parametrize(
    ("made", "servings"),
    [
        (RecipeYield(amount=Fraction(4)), 4),
        (RecipeYield(amount=Fraction(4), unit="人分"), 4),
        (RecipeYield(amount=Fraction(2), unit="loaves"), None),
        (None, None),
    ],
)
def test_servings_are_known_only_where_people_are_counted(made: RecipeYield | None, servings: int | None) -> None:
    assert RecipeContent(name="Bread", sections=(RICE,), recipe_yield=made).servings == servings


def test_lines_are_all_sections_in_order() -> None:
    content = RecipeContent(name="Rice", sections=(RICE, Section(title="On top", lines=("1 umeboshi",))))
    assert content.lines == ("300 g rice", "1 umeboshi")


def test_line_breaks_and_tabs_are_text() -> None:
    assert a_content("Rice", "300 g\trice\n(washed)").lines == ("300 g\trice\n(washed)",)


def test_selection_by_too_many_ids_is_refused() -> None:
    with pytest.raises(InvalidReportError):
        RecipeSelection(recipe_ids=tuple(UUID(int=number) for number in range(MOST_RECIPES_NAMED + 1)))
