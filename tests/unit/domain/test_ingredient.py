"""The catalogue: which ingredient a line names, and what it weighs; None rather than a guess."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient import MOST_REMEMBERED, Allergen, Catalogue, Ingredient, Presence
from domain.ingredient_line import parse_line
from domain.ingredient_table import ingredient_from_row
from domain.japanese_allergens import JapaneseAllergen
from domain.nutrient import Nutrient


def ingredient(
    name: str, *aliases: str, density: str | None = None, piece: str | None = None, measure: str | None = None
) -> Ingredient:
    return Ingredient(
        name=name,
        aliases=aliases,
        eu_allergens={},
        density_g_per_ml=Fraction(density) if density else None,
        piece_g=Fraction(piece) if piece else None,
        piece_measure=measure,
        nutrients={},
        source="test",
    )


CATALOGUE = Catalogue([
    ingredient("salt", "塩", density="1.2"),
    ingredient("black pepper", "pepper", density="0.5"),
    ingredient("butter", "バター", density="0.96"),
    ingredient("milk", "牛乳", density="1"),
    ingredient("cream", density="1"),
    ingredient("water", "ice", "水", density="1"),
    ingredient("all-purpose flour", "flour", density="0.5"),
    ingredient("cornmeal", "corn meal", density="0.6"),
    ingredient("corn"),
    ingredient("rice", "米", density="0.8"),
    ingredient("almonds"),
    ingredient("kidney beans", "beans", density="0.8"),
    ingredient("currants", density="0.6"),
    ingredient("egg", "large egg", "卵", piece="50", measure="large"),
    ingredient("egg white", "white", piece="33", measure="large"),
    ingredient("egg yolk", "卵黄", piece="17", measure="large"),
    ingredient("lemon", piece="58", measure='fruit (2-1/8" dia)'),
    ingredient("lemon juice", density="1", piece="48", measure="lemon yields"),
    ingredient("garlic", "garlic cloves", piece="3", measure="clove"),
    ingredient("bread", piece="29", measure="slice"),
    ingredient("onion", piece="150", measure="large"),
    ingredient("cherry"),
    ingredient("cream of tartar", density="0.6"),
    ingredient("chicken"),
    ingredient("lard", density="0.9"),
    ingredient("soy sauce", "醤油", density="1.08"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "name", "grams"),
    [
        ("200 g butter", "butter", 200),
        ("2 eggs", "egg", 100),
        ("1 dozen eggs", "egg", 600),
        ("Whites 2 eggs", "egg white", 66),
        ("yolks of 2 hard-boiled eggs", "egg yolk", 34),
        ("2 garlic cloves, minced", "garlic", 6),
        ("2 cloves garlic", "garlic", 6),
        ("3 slices of bread", "bread", 87),
        ("2 medium onions", "onion", 300),
        ("1 to 2 onions", "onion", 225),
        ("juice of 2 lemons", "lemon juice", 96),
        ("100 g juice of lemons", "lemon juice", 100),
        ("100 g cherries", "cherry", 100),
        ("100 ml milk, scalded", "milk", 100),
        ("100 g butter melted", "butter", 100),
        ("100 g white corn meal", "cornmeal", 100),
        ("100 g lard or other shortening", "lard", 100),
        ("100 g lemon or lime juice", "lemon juice", 100),
        ("100 g cream of tartar", "cream of tartar", 100),
        ("100 g breast of chicken", "chicken", 100),
        ("卵 2個", "egg", 100),
        ("卵黄 2個", "egg yolk", 34),
        ("無塩バター 20g", "butter", 20),
        ("牛乳 カップ1", "milk", 200),
        ("水 2合", "water", 360),
    ],
)
def test_a_known_line_is_weighed(raw: str, name: str, grams: int) -> None:
    found = CATALOGUE.resolve(parse_line(raw))
    assert found.ingredient == name
    assert found.grams == grams
    assert found.is_resolved


@pytest.mark.parametrize(
    "raw",
    [
        "1 cup almond milk", "1 cup soy milk", "1 cup rice flour", "1 cup ice cream", "1 cup vegan butter",
        "1 cup butter lettuce", "1 cup currant jelly", "1 cup cream of wheat", "1 cup lemon or plum jam",
        "1 cup salt and pepper", "1 cup moon dust", "1 cup", "バターロール 1個", "塩バター 10g", "",
    ],
)  # fmt: skip
def test_another_food_is_never_taken_for_a_known_one(raw: str) -> None:
    found = CATALOGUE.resolve(parse_line(raw))
    assert found.ingredient is None
    assert not found.is_resolved


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("1 slice onion", "onion"),
        ("1 small onion", "onion"),
        ("1 head garlic", "garlic"),
        ("1 bread", "bread"),
        ("1 loaf bread", "bread"),
        ("1 cup chicken", "chicken"),
        ("3 almonds", "almonds"),
        ("Butter", "butter"),
    ],
)
def test_a_weight_that_nobody_stated_is_unknown(raw: str, name: str) -> None:
    found = CATALOGUE.resolve(parse_line(raw))
    assert (found.ingredient, found.grams) == (name, None)
    assert not found.is_resolved


def test_to_taste_is_resolved_without_a_weight() -> None:
    found = CATALOGUE.resolve(parse_line("salt to taste"))
    assert (found.ingredient, found.grams, found.is_resolved, found.is_weighed) == ("salt", None, True, False)


def test_a_weight_alone_does_not_resolve_a_line() -> None:
    found = CATALOGUE.resolve(parse_line("100 g moon dust"))
    assert found.grams == 100
    assert not found.is_resolved


def test_beans_with_an_unknown_adjective_are_beans_not_butter() -> None:
    assert CATALOGUE.resolve(parse_line("1 cup butter beans")).ingredient is None
    assert CATALOGUE.resolve(parse_line("1 cup baked beans")).ingredient == "kidney beans"


def test_a_name_goes_before_the_same_alias() -> None:
    catalogue = Catalogue([ingredient("stock", "broth"), ingredient("broth")])
    assert catalogue.resolve(parse_line("1 cup broth")).ingredient == "broth"
    assert catalogue.get("stock") is not None
    assert catalogue.get("Stock") is None


def test_a_range_weighs_its_middle_and_knows_its_ends() -> None:
    found = CATALOGUE.resolve(parse_line("1 to 3 cups milk"))
    cup = Fraction("236.5882365")
    assert (found.grams, found.gram_ends) == (2 * cup, (cup, 3 * cup))
    assert CATALOGUE.resolve(parse_line("1 cup milk")).gram_ends == (cup, cup)
    assert CATALOGUE.resolve(parse_line("milk")).gram_ends is None


def test_reading_a_line_again_gives_the_same_however_many_were_read_between() -> None:
    catalogue = Catalogue([ingredient("milk")])
    first = catalogue.read("1 g milk")
    for number in range(MOST_REMEMBERED):
        catalogue.read(f"{number}")
    assert catalogue.read("1 g milk") == first


@given(st.text(max_size=200))
def test_any_line_can_be_looked_up(raw: str) -> None:
    found = CATALOGUE.resolve(parse_line(raw))
    assert found.ingredient is None or CATALOGUE.get(found.ingredient) is not None


@given(st.fractions(min_value=0, max_value=1000, max_denominator=16))
def test_a_weight_is_proportional_to_its_amount(figure: Fraction) -> None:
    found = CATALOGUE.resolve(parse_line(f"{figure.numerator}/{figure.denominator} cups milk"))
    assert found.grams == figure * Fraction("236.5882365")


def test_a_row_keeps_what_it_does_not_say_unknown() -> None:
    row = dict.fromkeys(Nutrient, "") | {
        "name": "soba", "aliases": "dried soba|そば", "eu_allergens": "gluten", "jp_allergens": "buckwheat|wheat?",
        "allergen_basis": "", "density_g_per_ml": "",
        "piece_g": "100", "piece_measure": "", "usda_ndb_no": "20114", "energy_kcal": "336", "fat_g": "0",
    }  # fmt: skip
    soba = ingredient_from_row(row)
    assert soba.aliases == ("dried soba", "そば")
    assert soba.nutrients == {Nutrient.ENERGY: 336, Nutrient.FAT: 0}
    assert (soba.density_g_per_ml, soba.piece_g, soba.piece_measure) == (None, Fraction(100), None)
    assert soba.presence(Allergen.GLUTEN) is Presence.CONTAINS
    assert soba.presence(Allergen.EGG) is Presence.UNKNOWN
    assert soba.presence(JapaneseAllergen.BUCKWHEAT) is Presence.CONTAINS
    assert soba.source.endswith("NDB 20114")
    plain = ingredient_from_row(row | {"eu_allergens": "gluten|milk*|soy?", "allergen_basis": "single food"})
    told = [Allergen.GLUTEN, Allergen.MILK, Allergen.SOY, Allergen.EGG]
    assert [plain.presence(each).value for each in told] == ["contains", "may-contain", "unknown", "free"]
    assert ingredient_from_row(row | {"usda_ndb_no": ""}).source == "own table"


def test_a_row_with_a_wrong_figure_is_refused() -> None:
    row = dict.fromkeys(
        [
            *Nutrient,
            "name",
            "aliases",
            "eu_allergens",
            "jp_allergens",
            "allergen_basis",
            "piece_g",
            "piece_measure",
            "usda_ndb_no",
        ],
        "",
    )
    with pytest.raises(ValueError, match="heavy"):
        ingredient_from_row(row | {"density_g_per_ml": "heavy"})


def test_the_catalogue_lists_what_it_knows() -> None:
    assert [each.name for each in Catalogue([ingredient("salt"), ingredient("milk")]).ingredients] == ["salt", "milk"]
