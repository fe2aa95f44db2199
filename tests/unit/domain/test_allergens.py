"""A dish's allergens: the worst of its lines, and what is unknown is never free."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.allergens import ALL_UNKNOWN, RecipeAllergens, allergens_of
from domain.ingredient import Allergen, Catalogue, Ingredient, Presence, ResolvedLine

SEVERITY = [Presence.FREE, Presence.UNKNOWN, Presence.MAY_CONTAIN, Presence.CONTAINS]


def an_ingredient(name: str, **allergens: Presence) -> Ingredient:
    return Ingredient(
        name=name,
        aliases=(),
        eu_allergens={**dict.fromkeys(Allergen, Presence.FREE), **{Allergen(a): p for a, p in allergens.items()}},
        density_g_per_ml=None,
        piece_g=Fraction(1),
        piece_measure=None,
        nutrients={},
        source="test",
    )


CATALOGUE = Catalogue([
    an_ingredient("salt"),
    an_ingredient("butter", milk=Presence.CONTAINS),
    an_ingredient("chocolate", milk=Presence.MAY_CONTAIN, soy=Presence.CONTAINS),
    an_ingredient("sausage", milk=Presence.UNKNOWN, mustard=Presence.UNKNOWN),
])  # fmt: skip
LINES = ["1 g salt", "10 g butter", "chocolate", "2 sausages", "1 g moon dust", "butter to taste", "salt (optional)"]
dishes = st.lists(st.sampled_from(LINES).map(CATALOGUE.read), max_size=6)


def of(*raw: str) -> RecipeAllergens:
    return allergens_of([CATALOGUE.read(line) for line in raw], CATALOGUE)


def test_each_allergen_is_the_worst_that_a_line_says() -> None:
    dish = of("1 g salt", "1 g chocolate", "1 sausage")
    assert dish.contained == {Allergen.SOY}
    assert dish.possible == {Allergen.MILK}
    assert dish.unknown == {Allergen.MUSTARD}
    assert dish.presence(Allergen.SOY) is Presence.CONTAINS
    assert dish.presence(Allergen.MILK) is Presence.MAY_CONTAIN
    assert dish.presence(Allergen.MUSTARD) is Presence.UNKNOWN
    assert dish.presence(Allergen.FISH) is Presence.FREE
    assert dish.free == frozenset(Allergen) - {Allergen.SOY, Allergen.MILK, Allergen.MUSTARD}


def test_a_line_that_names_nothing_known_may_hold_anything() -> None:
    assert of("1 g moon dust") == ALL_UNKNOWN
    assert of("1 g moon dust", "1 g butter").contained == {Allergen.MILK}


def test_a_trace_and_an_optional_line_count() -> None:
    assert of("butter to taste").contained == {Allergen.MILK}
    assert of("1 g butter (optional)").contained == {Allergen.MILK}


@given(dishes, dishes)
def test_a_dish_never_gets_safer_by_more_lines(some: list[ResolvedLine], more: list[ResolvedLine]) -> None:
    before, after = allergens_of(some, CATALOGUE), allergens_of([*some, *more], CATALOGUE)
    for allergen in Allergen:
        assert SEVERITY.index(after.presence(allergen)) >= SEVERITY.index(before.presence(allergen))


@given(dishes)
def test_one_unknown_line_leaves_nothing_free(some: list[ResolvedLine]) -> None:
    assert allergens_of([*some, CATALOGUE.read("1 g moon dust")], CATALOGUE).free == frozenset()


@given(dishes, dishes, dishes)
def test_dishes_add_up_in_any_order(a: list[ResolvedLine], b: list[ResolvedLine], c: list[ResolvedLine]) -> None:
    one, two, three = (allergens_of(dish, CATALOGUE) for dish in (a, b, c))
    assert one.plus(two) == two.plus(one) == allergens_of([*a, *b], CATALOGUE)
    assert one.plus(two).plus(three) == one.plus(two.plus(three))
