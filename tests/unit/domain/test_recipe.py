"""A recipe refuses what no cook could use, and points at the field."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from domain.errors import (
    DomainError,
    InvalidRecipeError,
    InvalidReportError,
    NotOwnerError,
    RecipeNotFoundError,
    RecipeTransitionError,
    StaleVersionError,
)
from domain.ingredient_line import parse_line
from domain.principal import Principal
from domain.recipe import MOST_LINES, Recipe, RecipeContent, RecipeStatus, RecipeYield, Section, SubRecipe
from domain.report import MOST_RECIPES_NAMED, RecipeSelection
from tests.support.builders import a_content

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
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


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ((SubRecipe(line=2, recipe_id=UUID(int=1)),), "/ingredients"),
        ((SubRecipe(line=-1, recipe_id=UUID(int=1)),), "/ingredients"),
        ((SubRecipe(line=0, recipe_id=UUID(int=1)), SubRecipe(line=0, recipe_id=UUID(int=2))), "/ingredients"),
        ((SubRecipe(line=1, recipe_id=UUID(int=1), portion=Fraction(0)),), "/ingredients/1/lines/0/portion"),
        ((SubRecipe(line=0, recipe_id=UUID(int=1), portion=Fraction(1_001)),), "/ingredients/0/lines/0/portion"),
    ],
)
def test_a_part_that_stands_nowhere_or_for_nothing_is_refused(parts: tuple[SubRecipe, ...], pointer: str) -> None:
    with pytest.raises(InvalidRecipeError) as refused:
        RecipeContent(name="Rice", sections=(RICE, RICE), sub_recipes=parts)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("line", "portion", "made", "share"),
    [
        ("stock", Fraction(1, 3), None, Fraction(1, 3)),
        ("1 cup stock", None, RecipeYield(amount=Fraction(2), unit="quarts"), Fraction(1, 8)),
        ("300 g dough", None, RecipeYield(amount=Fraction("1.2"), unit="kg"), Fraction(1, 4)),
        ("300 g dough", None, RecipeYield(amount=Fraction(2), unit="quarts"), None),
        ("300 g dough", None, RecipeYield(amount=Fraction(4)), None),
        ("300 g dough", None, None, None),
        ("2 pancakes", None, RecipeYield(amount=Fraction(8), unit="pancakes"), None),
        ("stock", None, RecipeYield(amount=Fraction(2), unit="quarts"), None),
    ],
)
def test_a_part_is_measured_by_its_yield_or_by_word(
    line: str, portion: Fraction | None, made: RecipeYield | None, share: Fraction | None
) -> None:
    part = SubRecipe(line=0, recipe_id=UUID(int=1), portion=portion)
    assert part.share(parse_line(line), made) == share


def a_recipe(status: RecipeStatus = RecipeStatus.PUBLISHED) -> Recipe:
    recipe, _ = Recipe.add(UUID(int=1), "alice", a_content(), [], NOW)
    return replace(recipe, status=status)


def test_a_revision_is_the_next_version_of_the_same_recipe() -> None:
    revised, event = a_recipe().revise(a_content("Gohan"), [], NOW)
    assert (revised.id, revised.version, revised.content.name, revised.owner) == (UUID(int=1), 2, "Gohan", "alice")
    assert (event.recipe_id, event.version) == (UUID(int=1), 2)


def test_a_recipe_goes_from_draft_to_all_and_to_the_archive_and_back() -> None:
    published, _ = a_recipe().as_draft().publish(NOW)
    archived, _ = published.archive(NOW)
    again, event = archived.publish(NOW)
    assert [recipe.status.value for recipe in (published, archived, again)] == ["published", "archived", "published"]
    assert event.version == 4


def test_what_is_so_already_is_refused() -> None:
    with pytest.raises(RecipeTransitionError):
        a_recipe().publish(NOW)
    for status in (RecipeStatus.DRAFT, RecipeStatus.ARCHIVED):
        with pytest.raises(RecipeTransitionError):
            a_recipe(status).archive(NOW)


ALICE = Principal(subject="alice")
BOB = Principal(subject="bob")
EDITOR = Principal(subject="bob", roles=frozenset({"editor"}))


@pytest.mark.parametrize(
    ("principal", "status", "version", "refusal"),
    [
        (ALICE, "published", 1, None),
        (ALICE, "draft", None, None),
        (EDITOR, "archived", 1, None),
        (BOB, "published", 1, NotOwnerError),
        (BOB, "draft", 1, RecipeNotFoundError),
        (EDITOR, "draft", 1, RecipeNotFoundError),
        (ALICE, "published", 2, StaleVersionError),
    ],
)
def test_only_its_owner_and_editors_change_a_recipe(
    principal: Principal, status: str, version: int | None, refusal: type[DomainError] | None
) -> None:
    with nullcontext() if refusal is None else pytest.raises(refusal):
        a_recipe(RecipeStatus(status)).check_change(principal, version)


def test_line_breaks_and_tabs_are_text() -> None:
    assert a_content("Rice", "300 g\trice\n(washed)").lines == ("300 g\trice\n(washed)",)


def test_selection_by_too_many_ids_is_refused() -> None:
    with pytest.raises(InvalidReportError):
        RecipeSelection(recipe_ids=tuple(UUID(int=number) for number in range(MOST_RECIPES_NAMED + 1)))
