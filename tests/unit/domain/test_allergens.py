"""A dish's allergens: the worst of its lines, and what is unknown is never free."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.allergens import ALL_UNKNOWN, RecipeAllergens, allergens_of
from domain.ingredient import Allergen, Catalogue, Ingredient, Presence, ResolvedLine
from domain.japanese_allergens import JapaneseAllergen

SEVERITY = [Presence.FREE, Presence.UNKNOWN, Presence.MAY_CONTAIN, Presence.CONTAINS]


ALL_ALLERGENS: list[Allergen | JapaneseAllergen] = [*Allergen, *JapaneseAllergen]


def an_ingredient(
    name: str, eu: dict[str, Presence] | None = None, jp: dict[str, Presence] | None = None
) -> Ingredient:
    return Ingredient(
        name=name,
        aliases=(),
        eu_allergens={**dict.fromkeys(Allergen, Presence.FREE), **{Allergen(a): p for a, p in (eu or {}).items()}},
        jp_allergens={
            **dict.fromkeys(JapaneseAllergen, Presence.FREE),
            **{JapaneseAllergen(a): p for a, p in (jp or {}).items()},
        },
        density_g_per_ml=None,
        piece_g=Fraction(1),
        piece_measure=None,
        nutrients={},
        source="test",
    )


CATALOGUE = Catalogue([
    an_ingredient("salt"),
    an_ingredient("butter", {"milk": Presence.CONTAINS}, {"milk": Presence.CONTAINS}),
    an_ingredient("chocolate", {"milk": Presence.MAY_CONTAIN, "soy": Presence.CONTAINS}, {"soy": Presence.CONTAINS}),
    an_ingredient(
        "sausage", {"milk": Presence.UNKNOWN, "mustard": Presence.UNKNOWN},
        {"milk": Presence.UNKNOWN, "pork": Presence.CONTAINS, "beef": Presence.MAY_CONTAIN},
    ),
    an_ingredient("soba", {"gluten": Presence.CONTAINS}, {"buckwheat": Presence.CONTAINS, "wheat": Presence.UNKNOWN}),
])  # fmt: skip
LINES = [
    *("1 g salt", "10 g butter", "chocolate", "2 sausages", "1 g moon dust", "butter to taste", "salt (optional)"),
    "200 g soba",
]
dishes = st.lists(st.sampled_from(LINES).map(CATALOGUE.read), max_size=6)


def of(*raw: str) -> RecipeAllergens:
    return allergens_of([CATALOGUE.read(line) for line in raw], CATALOGUE)


def test_each_allergen_is_the_worst_that_a_line_says() -> None:
    dish = of("1 g salt", "1 g chocolate", "1 sausage")
    assert dish.eu.contained == {Allergen.SOY}
    assert dish.eu.possible == {Allergen.MILK}
    assert dish.eu.unknown == {Allergen.MUSTARD}
    assert dish.presence(Allergen.SOY) is Presence.CONTAINS
    assert dish.presence(Allergen.MILK) is Presence.MAY_CONTAIN
    assert dish.presence(Allergen.MUSTARD) is Presence.UNKNOWN
    assert dish.presence(Allergen.FISH) is Presence.FREE
    assert dish.eu.free == frozenset(Allergen) - {Allergen.SOY, Allergen.MILK, Allergen.MUSTARD}


def test_each_allergen_of_japans_list_is_the_worst_that_a_line_says() -> None:
    dish = of("1 g salt", "1 sausage", "1 g soba", "1 g butter")
    told = (JapaneseAllergen.MILK, JapaneseAllergen.PORK, JapaneseAllergen.BUCKWHEAT)
    assert dish.jp.contained == set(told)
    assert dish.jp.possible == {JapaneseAllergen.BEEF}
    assert dish.jp.unknown == {JapaneseAllergen.WHEAT}
    assert dish.presence(JapaneseAllergen.PORK) is Presence.CONTAINS
    assert dish.presence(JapaneseAllergen.BEEF) is Presence.MAY_CONTAIN
    assert dish.presence(JapaneseAllergen.WHEAT) is Presence.UNKNOWN
    assert dish.presence(JapaneseAllergen.SHRIMP) is Presence.FREE
    assert len(dish.jp.free) == 29 - 5


def test_one_list_says_nothing_for_the_other_though_they_share_words() -> None:
    """Both have "milk" and "soy", which are equal as texts."""
    dish = of("1 g chocolate")
    assert dish.presence(Allergen.MILK) is Presence.MAY_CONTAIN
    assert dish.presence(JapaneseAllergen.MILK) is Presence.FREE
    assert {type(allergen) for allergen in dish.eu.contained | dish.eu.possible} == {Allergen}
    assert {type(allergen) for allergen in dish.jp.contained | dish.jp.free} == {JapaneseAllergen}


def test_a_list_that_nobody_filled_in_is_unknown() -> None:
    """An ingredient from before Japan's list was asked for."""
    catalogue = Catalogue([replace(an_ingredient("salt"), jp_allergens={})])
    dish = allergens_of([catalogue.read("1 g salt")], catalogue)
    assert dish.eu.free == frozenset(Allergen)
    assert dish.jp.unknown == frozenset(JapaneseAllergen)


def test_a_dish_without_lines_is_free_of_everything() -> None:
    assert (of().eu.free, of().jp.free) == (frozenset(Allergen), frozenset(JapaneseAllergen))


def test_a_line_that_names_nothing_known_may_hold_anything() -> None:
    assert of("1 g moon dust") == ALL_UNKNOWN
    assert of("1 g moon dust", "1 g butter").eu.contained == {Allergen.MILK}
    assert of("1 g moon dust", "1 g soba").jp.contained == {JapaneseAllergen.BUCKWHEAT}


def test_a_trace_and_an_optional_line_count() -> None:
    assert of("butter to taste").eu.contained == {Allergen.MILK}
    assert of("1 g butter (optional)").eu.contained == {Allergen.MILK}
    assert of("1 g soba (optional)").jp.contained == {JapaneseAllergen.BUCKWHEAT}


@given(dishes, dishes)
def test_a_dish_never_gets_safer_by_more_lines(some: list[ResolvedLine], more: list[ResolvedLine]) -> None:
    before, after = allergens_of(some, CATALOGUE), allergens_of([*some, *more], CATALOGUE)
    for allergen in ALL_ALLERGENS:
        assert SEVERITY.index(after.presence(allergen)) >= SEVERITY.index(before.presence(allergen))


@given(dishes)
def test_one_unknown_line_leaves_nothing_free(some: list[ResolvedLine]) -> None:
    dish = allergens_of([*some, CATALOGUE.read("1 g moon dust")], CATALOGUE)
    assert (dish.eu.free, dish.jp.free) == (frozenset(), frozenset())


@given(dishes)
def test_each_allergen_has_exactly_one_answer(some: list[ResolvedLine]) -> None:
    dish = allergens_of(some, CATALOGUE)
    eu = [*dish.eu.contained, *dish.eu.possible, *dish.eu.unknown, *dish.eu.free]
    jp = [*dish.jp.contained, *dish.jp.possible, *dish.jp.unknown, *dish.jp.free]
    assert (sorted(eu), sorted(jp)) == (sorted(Allergen), sorted(JapaneseAllergen))


@given(dishes)
def test_the_worst_answer_is_that_of_the_ingredients_asked_one_by_one(some: list[ResolvedLine]) -> None:
    """The same found in another way: by asking each line for each allergen."""
    dish = allergens_of(some, CATALOGUE)
    known = [CATALOGUE.get(line.ingredient) if line.ingredient else None for line in some]
    for allergen in ALL_ALLERGENS:
        answers = [each.presence(allergen) if each else Presence.UNKNOWN for each in known]
        assert dish.presence(allergen) is max([Presence.FREE, *answers], key=SEVERITY.index)


@given(dishes, dishes, dishes)
def test_dishes_add_up_in_any_order(a: list[ResolvedLine], b: list[ResolvedLine], c: list[ResolvedLine]) -> None:
    one, two, three = (allergens_of(dish, CATALOGUE) for dish in (a, b, c))
    assert one.plus(two) == two.plus(one) == allergens_of([*a, *b], CATALOGUE)
    assert one.plus(two).plus(three) == one.plus(two.plus(three))
