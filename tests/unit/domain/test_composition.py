"""Recipes may use recipes, in any shape but a circle, and no deeper than eight."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.composition import DEEPEST, Composition
from domain.errors import InvalidRecipeError

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def chain(length: int, first: int = 100) -> dict[UUID, set[UUID]]:
    return {UUID(int=first + place): {UUID(int=first + place + 1)} for place in range(length)}


@pytest.mark.parametrize("parts", [{A}, {B}, {C}])
def test_a_recipe_that_would_contain_itself_is_refused(parts: set[UUID]) -> None:
    with pytest.raises(InvalidRecipeError, match="itself"):
        Composition({B: {C}, C: {A}}).check(A, parts)


def test_what_a_recipe_used_before_does_not_count() -> None:
    Composition({A: {B}, B: {C}}).check(A, {C})


def test_one_part_in_two_others_is_no_circle() -> None:
    uses = Composition({B: {D}, C: {D}})
    uses.check(A, {B, C})
    assert uses.below([B, C]) == {D}
    assert uses.above(D) == {B, C}


def test_eight_levels_are_allowed_and_nine_are_not() -> None:
    Composition(chain(DEEPEST - 1)).check(A, {UUID(int=100)})
    with pytest.raises(InvalidRecipeError, match="deep"):
        Composition(chain(DEEPEST)).check(A, {UUID(int=100)})


def test_the_levels_above_count_too() -> None:
    uses = {**chain(4), **chain(4, first=200)}
    with pytest.raises(InvalidRecipeError, match="deep"):
        Composition(uses).check(UUID(int=104), {UUID(int=200)})


@given(st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6))))
def test_whatever_is_accepted_leaves_no_circle(wanted: set[tuple[int, int]]) -> None:
    uses: dict[UUID, set[UUID]] = {}
    for user, part in sorted(wanted):
        parts = {*uses.get(UUID(int=user), ()), UUID(int=part)}
        try:
            Composition(uses).check(UUID(int=user), parts)
        except InvalidRecipeError:
            continue
        uses[UUID(int=user)] = parts
    accepted = Composition(uses)
    assert all(recipe not in accepted.below([recipe]) for recipe in uses)
    order = list(accepted.bottom_up(uses))
    for recipe, parts in uses.items():
        assert all(order.index(part) < order.index(recipe) for part in parts & uses.keys())
