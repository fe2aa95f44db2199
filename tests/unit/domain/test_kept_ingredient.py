"""An ingredient of the catalogue: what may be said of it, by whom, and what its names mean."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import AddIngredient, ReviseIngredient
from domain.errors import (
    IngredientNameTakenError,
    InvalidIngredientError,
    NotOwnerError,
    StaleVersionError,
)
from domain.events import IngredientRevised
from domain.ingredient import Catalogue, Ingredient
from domain.ingredient_names import is_findable
from domain.japanese_allergens import MUST_BE_DECLARED, JapaneseAllergen
from domain.kept_ingredient import KeptIngredient, check_names
from domain.labels import EU_ALLERGENS, JAPANESE_ALLERGENS, NUTRIENTS, label_of
from domain.nutrient import Nutrient
from domain.principal import Principal
from tests.support.facts import an_ingredient

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICE, EDITOR = Principal(subject="alice"), Principal(subject="eve", roles=frozenset({"editor"}))
KOJI = an_ingredient("koji")


def named(name: str, *aliases: str) -> Ingredient:
    return replace(KOJI, name=name, aliases=aliases)


def kept(owner: str | None = "alice") -> KeptIngredient:
    return KeptIngredient(id=UUID(int=1), owner=owner, version=3, ingredient=KOJI)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "100 %"}, "/name"),
        ({"name": "one two three four five six seven"}, "/name"),
        ({"name": "味" * 41}, "/name"),
        ({"name": "ko\x00ji"}, "/name"),
        ({"aliases": ("kōji", "")}, "/aliases/1"),
        ({"aliases": ("koji",) * 51}, "/aliases"),
        ({"source": ""}, "/source"),
        ({"density_g_per_ml": Fraction(0)}, "/densityGramsPerMl"),
        ({"density_g_per_ml": Fraction(6)}, "/densityGramsPerMl"),
        ({"piece_g": Fraction(0)}, "/pieceGrams"),
        ({"piece_g": Fraction(100_001)}, "/pieceGrams"),
        ({"piece_g": Fraction(1, 3)}, "/pieceGrams"),
        ({"piece_measure": "clove"}, "/pieceMeasure"),
        ({"piece_g": Fraction(5), "piece_measure": ""}, "/pieceMeasure"),
        ({"nutrients": {Nutrient.ENERGY: Fraction(-1)}}, "/nutrientsPer100g/energy_kcal"),
        ({"nutrients": {Nutrient.ENERGY: Fraction(1_001)}}, "/nutrientsPer100g/energy_kcal"),
        ({"nutrients": {Nutrient.FAT: Fraction(101)}}, "/nutrientsPer100g/fat_g"),
        ({"nutrients": {Nutrient.FAT: Fraction(60), Nutrient.PROTEIN: Fraction(60)}}, "/nutrientsPer100g"),
    ],
)
def test_what_no_food_can_be_is_refused_at_its_field(fields: dict[str, object], pointer: str) -> None:
    absurd = replace(KOJI, **fields)  # type: ignore[arg-type]
    with pytest.raises(InvalidIngredientError) as refused:
        AddIngredient(ingredient=absurd)
    assert refused.value.pointer == pointer
    with pytest.raises(InvalidIngredientError):
        ReviseIngredient(ingredient_id=UUID(int=1), ingredient=absurd)


def test_plain_food_is_accepted() -> None:
    known = replace(
        KOJI,
        aliases=("米麹", "kōji rice"),
        density_g_per_ml=Fraction("0.6"),
        piece_g=Fraction(20),
        piece_measure="piece",
        nutrients={Nutrient.ENERGY: Fraction(286), Nutrient.SODIUM: Fraction(3)},
    )
    assert AddIngredient(ingredient=known).ingredient is known


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        (named("Limes"), "/name"),
        (named("citron", "fresh citron", "LIME"), "/aliases/1"),
        (named("味噌ペースト", "ﾗｲﾑ"), "/aliases/0"),
        (named("crème"), "/name"),
    ],
)
def test_a_name_means_one_ingredient_however_it_is_written(new: Ingredient, pointer: str) -> None:
    with pytest.raises(IngredientNameTakenError) as refused:
        check_names(new, [named("lime", "ライム"), named("cream", "creme")])
    assert refused.value.pointer == pointer


def test_a_name_within_another_is_free() -> None:
    check_names(named("almond milk"), [named("almond"), named("milk")])


@given(st.text(max_size=60))
def test_a_findable_name_alone_on_a_line_finds_its_ingredient(name: str) -> None:
    if is_findable(name):
        assert Catalogue([named("koji", name)]).find(name) == "koji"


def test_an_ingredient_of_the_table_is_changed_by_editors_who_then_answer_for_it() -> None:
    kept(None).check_change(EDITOR, 3)
    with pytest.raises(NotOwnerError):
        kept(None).check_change(ALICE, 3)
    revised, _ = kept(None).revise(KOJI, EDITOR, NOW)
    assert (revised.owner, revised.version) == ("eve", 4)


def test_an_ingredient_of_ones_own_is_changed_by_oneself_and_by_editors() -> None:
    kept().check_change(ALICE, None)
    kept().check_change(EDITOR, 3)
    with pytest.raises(NotOwnerError):
        kept().check_change(Principal(subject="bob"), 3)
    with pytest.raises(StaleVersionError):
        kept().check_change(ALICE, 2)
    assert kept().revise(KOJI, EDITOR, NOW)[0].owner == "alice"


def test_a_revision_tells_the_names_of_before_and_of_now() -> None:
    before = replace(kept(), ingredient=named("koji", "麹"))
    _, event = before.revise(named("koji", "kōji", "麹"), ALICE, NOW)
    assert event == IngredientRevised(
        ingredient_id=UUID(int=1), version=4, owner="alice", names=("koji", "麹", "kōji"), at=NOW
    )


def test_the_name_that_others_refer_to_stays() -> None:
    with pytest.raises(InvalidIngredientError) as refused:
        kept().revise(named("aspergillus"), ALICE, NOW)
    assert refused.value.pointer == "/name"


def test_everything_has_a_label_in_both_languages() -> None:
    for labels in (EU_ALLERGENS, JAPANESE_ALLERGENS, NUTRIENTS):
        assert all(label.en and label.ja for label in labels.values())
    assert (len(EU_ALLERGENS), len(JAPANESE_ALLERGENS), len(NUTRIENTS)) == (14, 29, len(Nutrient))
    assert label_of(named("koji", "kōji", "麹", "米麹")) == ("koji", "麹")
    assert label_of(named("麹")) == (None, "麹")


def test_nine_allergens_must_be_declared_in_japan_and_twenty_should_be() -> None:
    assert (len(MUST_BE_DECLARED), len(JapaneseAllergen)) == (9, 29)
    assert JapaneseAllergen.CASHEW in MUST_BE_DECLARED
    assert JapaneseAllergen.ALMOND not in MUST_BE_DECLARED
