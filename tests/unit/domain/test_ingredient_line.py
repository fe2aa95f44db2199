"""Ingredient lines: what people write, read as they mean it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ingredient_line import PARSER_VERSION, IngredientLine, parse_line
from domain.numerals import plain_text, read_number
from domain.units import unit_words


def read(raw: str) -> tuple[str | None, str | None, str]:
    line = parse_line(raw)
    figure = None
    if line.amount is not None:
        figure = f"{line.amount.low}..{line.amount.high}" if line.amount.is_range else str(line.amount.low)
    return figure, line.unit.name if line.unit else None, line.ingredient


@pytest.mark.parametrize(
    ("raw", "amount", "unit", "ingredient"),
    [
        ("1 1/2 cups flour", "3/2", "cup", "flour"),
        ("1½ teaspoons salt", "3/2", "teaspoon", "salt"),
        ("1-1/2 cup milk", "3/2", "cup", "milk"),
        ("2 and 1/2 cups flour", "5/2", "cup", "flour"),
        ("1,5 kg potatoes", "3/2", "kilogram", "potatoes"),
        ("1,500 g potatoes", "1500", "gram", "potatoes"),
        (".5 l water", "1/2", "litre", "water"),
        ("One-half cup sugar", "1/2", "cup", "sugar"),
        ("half a lemon", "1/2", None, "lemon"),
        ("2 eggs", "2", None, "eggs"),
        ("1/2 to 3/4 cups sugar", "1/2..3/4", "cup", "sugar"),
        ("2–3 carrots", "2..3", None, "carrots"),
        ("from 30g to 70g of sugar", "30..70", "gram", "sugar"),
        ("1 (400 g) can tomatoes", "400", "gram", "tomatoes"),
        ("1 (46 fluid ounce) bottle tomato juice", "46", "fluid ounce", "tomato juice"),
        ("2 (14 oz) cans tomatoes, drained", "28", "ounce", "tomatoes"),
        ("1 14-ounce can tomatoes", "14", "ounce", "tomatoes"),
        ("2 x 400g tins chickpeas", "800", "gram", "chickpeas"),
        ("6 salmon fillets (6 oz each)", "36", "ounce", "salmon fillets"),
        ("1 fowl, 3 or 4 pounds", "3..4", "pound", "fowl"),
        ("150 g / ¾ cups sugar", "150", "gram", "sugar"),
        ("1 cup (120g) flour", "120", "gram", "flour"),
        ("1 lb 2 oz beef", "9/8", "pound", "beef"),
        ("1 cup plus 2 tablespoons butter", "9/8", "cup", "butter"),
        ("2 x 400 g tomatoes", "800", "gram", "tomatoes"),
        ("2 (large) tomatoes", "2", None, "tomatoes"),
        ("1 cup (packed) sugar", "1", "cup", "sugar"),
        ("1 cup / sugar", "1", "cup", "sugar"),
        ("Meat from 1 lb. pecans", "1", "pound", "pecans"),
        ("3 heaping tablespoons cocoa", "3", "tablespoon", "cocoa"),
        ("a pinch of salt", "1", "pinch", "salt"),
        ("Dash of pepper", "1", "dash", "pepper"),
        ("2 doz. oysters", "2", "dozen", "oysters"),
        ("Yolks 3 eggs", "3", None, "eggs yolks"),
        ("Juice of ½ lemon", "1/2", None, "lemon juice"),
        ("4 cloves", "4", "clove", "clove"),
        ("butter, 2 tablespoons", "2", "tablespoon", "butter"),
        ("½ cup each, finely chopped parsley", "1/2", "cup", "finely chopped parsley"),
        ("1 cup shelled, roasted peanuts", "1", "cup", "roasted peanuts"),
        ("2-inch piece ginger", None, None, "2-inch piece ginger"),
        ("醤油 大さじ2", "2", "大さじ", "醤油"),
        ("砂糖 大さじ2と1/2", "5/2", "大さじ", "砂糖"),
        ("大さじ１ 酢", "1", "大さじ", "酢"),
        ("A 酒 大さじ1〜2", "1..2", "大さじ", "酒"),
        ("★みりん・・・大さじ1/2杯", "1/2", "大さじ", "みりん"),
        ("卵 2個", "2", "piece", "卵"),
        ("バター 2個半", "5/2", "piece", "バター"),
        ("豆腐 1丁(300g)", "300", "gram", "豆腐"),
        ("鶏もも肉 2枚(各250g)", "500", "gram", "鶏もも肉"),
        ("水 \uff12\uff10\uff10\uff43\uff43", "200", "millilitre", "水"),
        ("米 2合", "2", "合", "米"),
        ("水 カップ1", "1", "カップ", "水"),
        ("キャベツ 半分", "1/2", None, "キャベツ"),
        ("三つ葉 1束", "1", "bunch", "三つ葉"),
        ("八丁味噌 50g", "50", "gram", "八丁味噌"),
        ("卵3", "3", None, "卵"),
    ],
)
def test_a_line_is_read_as_it_is_meant(raw: str, amount: str | None, unit: str | None, ingredient: str) -> None:
    assert read(raw) == (amount, unit, ingredient)


@pytest.mark.parametrize(
    "raw", ["salt to taste", "Salt and pepper", "Few grains cayenne", "a few drops of vanilla", "塩 少々", "ねぎ…適量"]
)
def test_what_is_left_to_the_cook_is_to_taste(raw: str) -> None:
    line = parse_line(raw)
    assert line.to_taste
    assert line.amount is None


@pytest.mark.parametrize(
    "raw", ["Flour", "Cold cooked cauliflower", "小麦粉", "1/0 cup sugar", "9999999 eggs", "999999 (9 kg) cans"]
)
def test_a_missing_or_absurd_amount_is_unknown(raw: str) -> None:
    line = parse_line(raw)
    assert line.amount is None
    assert not line.to_taste


@pytest.mark.parametrize("raw", ["1 cup plus 20 g butter", "2 and 100 g butter", "30 g to 20 g butter"])
def test_half_an_amount_is_no_amount(raw: str) -> None:
    assert parse_line(raw).amount is None


@pytest.mark.parametrize("raw", ["1 tbsp parsley (optional)", "1 tbsp parsley, if desired", "三つ葉 1束(あれば)"])
def test_an_optional_ingredient_is_marked(raw: str) -> None:
    assert parse_line(raw).optional


def test_preparation_is_kept_apart() -> None:
    line = parse_line("2 onions (red), finely chopped")
    assert (line.ingredient, line.preparation) == ("onions", "finely chopped, red")
    assert parse_line("1 onion cut in slices").preparation == "cut in slices"
    assert parse_line("長ねぎ 1本、みじん切り").preparation == "みじん切り"


def test_a_plain_line_is_surer_than_a_guess() -> None:
    ordered = ["", "Flour", "Salt", "butter, 2 tablespoons", "Yolks 2 eggs", "2 eggs", "2 cups milk"]
    sure = [parse_line(raw).confidence for raw in ordered]
    assert sure == sorted(set(sure))


@given(st.text(max_size=700))
def test_any_text_is_read_and_kept(raw: str) -> None:
    line = parse_line(raw)
    assert line.raw == raw
    assert line.parser_version == PARSER_VERSION
    assert 0 <= line.confidence <= 1
    assert line.amount is None or 0 <= line.amount.low <= line.amount.high


fragments = st.sampled_from([
    *sorted(unit_words()), "1", "0", "½", "⅓", "/", "-", "(", ")", " ", ",", "to", "and", "x", "of", "egg", "半",
    "大さじ", "約", "yolks", "each", "少々", "999999", "1/0", "flour", "\uff5e", "一",
])  # fmt: skip


@given(st.lists(fragments, max_size=25).map(" ".join), st.lists(fragments, max_size=25).map("".join))
def test_no_mixture_of_known_words_raises(spaced: str, joined: str) -> None:
    assert isinstance(parse_line(spaced), IngredientLine)
    assert isinstance(parse_line(joined), IngredientLine)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(1, 999))
def test_every_way_to_write_a_mixed_number_reads_the_same(whole: int, top: int, bottom: int) -> None:
    expected = whole + Fraction(top, bottom)
    for text in (f"{whole} {top}/{bottom}", f"{whole}-{top}/{bottom}", f"{whole} and {top}\u2044{bottom}"):
        plain = plain_text(text)
        assert read_number(plain) == (expected, len(plain))


def test_a_number_inside_that_measures_nothing_is_passed_over() -> None:
    assert parse_line("rolls, 0/0 of them").amount is None
