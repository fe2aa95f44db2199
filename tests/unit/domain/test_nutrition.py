"""A recipe's nutrition: sums of what is known, and how much that is."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient import Catalogue, Ingredient, ResolvedLine
from domain.ingredient_line import parse_line
from domain.nutrient import Nutrient
from domain.nutrition import nutrition_of


def known(name: str, **figures: str) -> Ingredient:
    return Ingredient(
        name=name,
        aliases=(),
        eu_allergens={},
        density_g_per_ml=None,
        piece_g=None,
        piece_measure=None,
        nutrients={Nutrient(nutrient): Fraction(figure) for nutrient, figure in figures.items()},
        source="test",
    )


CATALOGUE = Catalogue([
    known("butter", energy_kcal="717", fat_g="81.11"),
    known("sugar", energy_kcal="387", fat_g="0", sugars_g="99.8"),
    known("mystery"),
])  # fmt: skip
lines = st.lists(
    st.sampled_from(
        ["100 g butter", "30 g sugar", "1/3 oz butter", "2 g mystery", "9 g dust", "sugar", "sugar to taste"]
    )
    .map(parse_line)
    .map(CATALOGUE.resolve)
)


def resolved(*raw: str) -> list[ResolvedLine]:
    return [CATALOGUE.resolve(parse_line(line)) for line in raw]


def test_totals_are_exact_sums_over_the_weighed_lines() -> None:
    found = nutrition_of(resolved("100 g butter", "50 g sugar", "sugar to taste"), CATALOGUE)
    assert (found.lines, found.resolved, found.weighed) == (3, 3, 2)
    assert found.totals == {
        Nutrient.ENERGY: Fraction("910.5"),
        Nutrient.FAT: Fraction("81.11"),
        Nutrient.SUGARS: Fraction("49.9"),
    }
    assert found.known == {Nutrient.ENERGY: 2, Nutrient.FAT: 2, Nutrient.SUGARS: 1}


def test_a_total_is_complete_only_when_nothing_is_missing() -> None:
    whole = nutrition_of(resolved("100 g butter", "50 g sugar"), CATALOGUE)
    assert whole.is_complete(Nutrient.ENERGY)
    assert not whole.is_complete(Nutrient.SUGARS)
    assert not whole.is_complete(Nutrient.IRON)
    assert not nutrition_of(resolved("100 g butter", "9 g dust"), CATALOGUE).is_complete(Nutrient.ENERGY)
    assert not nutrition_of([], CATALOGUE).is_complete(Nutrient.ENERGY)


def test_zero_is_known_and_unknown_is_absent() -> None:
    found = nutrition_of(resolved("50 g sugar"), CATALOGUE)
    assert found.totals[Nutrient.FAT] == 0
    assert Nutrient.IRON not in found.totals


@given(lines, lines)
def test_nutrition_is_additive_over_lines(some: list[ResolvedLine], others: list[ResolvedLine]) -> None:
    together = nutrition_of([*some, *others], CATALOGUE)
    assert together == nutrition_of(some, CATALOGUE).plus(nutrition_of(others, CATALOGUE))


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(some: list[ResolvedLine], chance: st.DataObject) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert nutrition_of(shuffled, CATALOGUE) == nutrition_of(some, CATALOGUE)
