"""Recipes that use others hold what those hold, in proportion."""

from dataclasses import replace
from fractions import Fraction
from uuid import UUID

from domain.reports.composition import DEEPEST, Composition
from domain.reports.facts import RecipeFacts
from tests.support.facts import facts


def using(recipe: RecipeFacts, *parts: tuple[int, int | None]) -> RecipeFacts:
    return replace(
        recipe, parts=tuple((UUID(int=number), share) for number, share in parts), lines=recipe.lines + len(parts)
    )


STOCK = facts(1, ("bone", 600), ("water", 900))


def test_a_recipe_without_parts_is_what_it_is() -> None:
    assert Composition([]).whole(STOCK) is STOCK


def test_a_part_brings_its_lines_in_proportion() -> None:
    soup = Composition([STOCK]).whole(using(facts(2, ("rice", 10)), (1, 333_333)))
    assert list(soup.weighed) == [
        ("rice", 10_000_000), ("bone", Fraction(199_999_800)), ("water", Fraction(299_999_700)),
    ]  # fmt: skip
    assert (soup.lines, soup.resolved, soup.parts) == (2, 2, ())


def test_parts_of_parts_are_put_in_as_well() -> None:
    soup = using(facts(2), (1, 500_000))
    dinner = Composition([STOCK, soup]).whole(using(facts(3), (2, 500_000), (1, 1_000_000)))
    assert list(dinner.weighed) == [
        ("bone", 150_000_000), ("water", 225_000_000), ("bone", 600_000_000), ("water", 900_000_000),
    ]  # fmt: skip


def test_a_part_of_unknown_amount_is_in_it_but_not_weighed() -> None:
    soup = Composition([STOCK]).whole(using(facts(2), (1, None)))
    assert (list(soup.ingredients), list(soup.weighed), soup.resolved) == (["bone", "water"], [], 0)


def test_an_unresolved_line_of_a_part_leaves_the_part_unresolved() -> None:
    soup = Composition([facts(1, ("bone", 1), unresolved=1, unread=["love"])]).whole(using(facts(2), (1, 1_000_000)))
    assert (soup.resolved, list(soup.unread)) == (0, ["love"])


def test_a_part_that_is_not_known_may_hold_anything() -> None:
    soup = Composition([]).whole(using(facts(2, ("rice", 10)), (1, 500_000)))
    assert (list(soup.ingredients), soup.resolved) == (["rice", None], 1)


def test_a_chain_that_is_too_deep_ends_as_unknown() -> None:
    chain = [using(facts(number), (number + 1, 1_000_000)) for number in range(1, DEEPEST + 3)]
    assert list(Composition(chain).whole(chain[0]).ingredients) == [None]
