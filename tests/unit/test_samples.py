"""The recipes and ingredients that Kondate brings along."""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from domain.ingredient import Allergen, Presence
from domain.ingredient_line import parse_line
from domain.ingredient_names import NameIndex
from domain.ingredient_table import ingredient_from_row
from domain.japanese_allergens import JapaneseAllergen

SAMPLES = Path(__file__).parents[2] / "src" / "entrypoints" / "cli" / "samples"
TEXT_COLUMNS = (
    "name",
    "aliases",
    "eu_allergens",
    "jp_allergens",
    "allergen_basis",
    "piece_measure",
    "usda_ndb_no",
    "usda_description",
)
MEASURE_COLUMNS = ("density_g_per_ml", "piece_g")
NUTRIENT_COLUMNS = (
    *("energy_kcal", "protein_g", "fat_g", "saturates_g", "carbohydrate_g", "sugars_g", "fibre_g"),
    *("sodium_mg", "calcium_mg", "iron_mg", "potassium_mg", "vitamin_c_mg"),
)
HEADER = (*TEXT_COLUMNS[:5], *MEASURE_COLUMNS, *TEXT_COLUMNS[5:], *NUTRIENT_COLUMNS)
EU_ALLERGENS = {
    *("celery", "crustaceans", "egg", "fish", "gluten", "lupin", "milk", "molluscs"),
    *("mustard", "nuts", "peanuts", "sesame", "soy", "sulphites"),
}
CATEGORIES = {
    *("Main dish", "Side dish", "Soup", "Rice and noodles", "Bread", "Salad", "Dessert", "Drink", "Sauce", "Breakfast")
}
DURATION = re.compile(r"PT(?=\d)(?:\d+H)?(?:\d+M)?")
KANA_OR_KANJI = re.compile("[぀-ヿ㐀-鿿]")


@cache
def recipes() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (SAMPLES / "recipes.ndjson").read_text("utf-8").splitlines())


@cache
def ingredients() -> tuple[dict[str, str], ...]:
    with (SAMPLES / "ingredients.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def named(row: dict[str, str]) -> Iterator[str]:
    yield row["name"]
    yield from filter(None, row["aliases"].split("|"))


def lines() -> list[str]:
    return [line for recipe in recipes() for line in recipe["recipeIngredient"]]


def test_there_are_enough_recipes_half_of_them_japanese() -> None:
    japanese = [recipe for recipe in recipes() if recipe["recipeCuisine"].startswith("Japanese")]
    assert len(recipes()) >= 72
    assert 0.4 <= len(japanese) / len(recipes()) <= 0.6


def test_identifiers_are_unique_and_namespaced() -> None:
    identifiers = [recipe["identifier"] for recipe in recipes()]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"kondate:[a-z0-9]+(-[a-z0-9]+)*", identifier) for identifier in identifiers)


def test_every_recipe_is_complete() -> None:
    for recipe in recipes():
        steps = [step["text"] for step in recipe["recipeInstructions"]]
        assert recipe["name"], recipe
        assert recipe["description"], recipe
        assert re.match(r"[1-9]\d* ?\D", recipe["recipeYield"]), recipe["identifier"]
        assert len(recipe["recipeIngredient"]) >= 3, recipe["identifier"]
        assert len(set(recipe["recipeIngredient"])) == len(recipe["recipeIngredient"]), recipe["identifier"]
        assert 3 <= len(steps) <= 9, recipe["identifier"]
        assert all(steps), recipe["identifier"]


def test_categories_and_durations_keep_to_their_forms() -> None:
    for recipe in recipes():
        assert recipe["recipeCategory"] in CATEGORIES, recipe["identifier"]
        assert DURATION.fullmatch(recipe["prepTime"]), recipe["identifier"]
        assert DURATION.fullmatch(recipe["cookTime"]), recipe["identifier"]


def test_every_recipe_is_ours_and_free_to_use() -> None:
    for recipe in recipes():
        assert recipe["author"] == {"@type": "Organization", "name": "Kondate"}
        assert recipe["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_recipes_marked_japanese_are_written_in_japanese() -> None:
    japanese = [recipe for recipe in recipes() if recipe["inLanguage"] == "ja"]
    assert len(japanese) >= 8
    for recipe in japanese:
        steps = [step["text"] for step in recipe["recipeInstructions"]]
        texts = [recipe["name"], recipe["description"], *recipe["recipeIngredient"], *steps]
        assert all(KANA_OR_KANJI.search(text) for text in texts), recipe["identifier"]


def test_ingredient_table_has_the_documented_columns() -> None:
    assert tuple(ingredients()[0]) == HEADER
    assert all(None not in row and None not in row.values() for row in ingredients())


def test_names_and_aliases_are_unique() -> None:
    owners: dict[str, str] = {}
    for row in ingredients():
        for name in named(row):
            assert name == name.strip()
            assert owners.setdefault(name.casefold(), row["name"]) == row["name"], name
    assert len(owners) == sum(1 for row in ingredients() for _ in named(row))


def test_figures_are_numbers_and_not_negative() -> None:
    for row in ingredients():
        for column in (*MEASURE_COLUMNS, *NUTRIENT_COLUMNS):
            assert not row[column] or float(row[column]) >= 0, (row["name"], column)
        for column in MEASURE_COLUMNS:
            assert not row[column] or float(row[column]) > 0, (row["name"], column)


def test_macronutrients_fit_into_a_hundred_grams() -> None:
    for row in ingredients():
        grams = sum(float(row[column] or 0) for column in ("protein_g", "fat_g", "carbohydrate_g"))
        assert grams <= 101, row["name"]


def test_allergens_are_those_of_the_eu_list() -> None:
    for row in ingredients():
        listed = {item.rstrip("*?") for item in row["eu_allergens"].split("|") if item}
        assert listed <= EU_ALLERGENS, row["name"]
        assert row["allergen_basis"] in {"", "single food"}, row["name"]


def test_allergens_on_japanese_labels_are_those_of_the_list_and_agree_with_the_eus() -> None:
    """What both laws name is in a food by both or by neither."""
    both = {
        Allergen.MILK: JapaneseAllergen.MILK,
        Allergen.EGG: JapaneseAllergen.EGG,
        Allergen.PEANUTS: JapaneseAllergen.PEANUT,
        Allergen.SOY: JapaneseAllergen.SOY,
        Allergen.SESAME: JapaneseAllergen.SESAME,
    }
    for row in ingredients():
        known = ingredient_from_row(row)
        for european, japanese in both.items():
            assert known.presence(european) is known.presence(japanese), (known.name, japanese)


def test_japanese_labels_tell_apart_what_the_eus_do_not() -> None:
    known = {row["name"]: ingredient_from_row(row) for row in ingredients()}
    contained = {
        name: {each for each in JapaneseAllergen if known[name].presence(each) is Presence.CONTAINS}
        for name in ("soba noodles", "lobster", "walnuts", "pecans", "salmon", "cod", "beef stock", "orange", "nagaimo")
    }
    assert contained == {
        "soba noodles": {JapaneseAllergen.BUCKWHEAT, JapaneseAllergen.WHEAT},
        "lobster": {JapaneseAllergen.SHRIMP},
        "walnuts": {JapaneseAllergen.WALNUT},
        "pecans": set(),
        "salmon": {JapaneseAllergen.SALMON},
        "cod": set(),
        "beef stock": {JapaneseAllergen.BEEF},
        "orange": {JapaneseAllergen.ORANGE},
        "nagaimo": {JapaneseAllergen.YAM},
    }
    assert known["rye flour"].presence(JapaneseAllergen.WHEAT) is Presence.UNKNOWN
    assert known["carrot"].presence(JapaneseAllergen.BUCKWHEAT) is Presence.FREE
    assert known["curry powder"].presence(JapaneseAllergen.APPLE) is Presence.UNKNOWN


def test_the_commonest_plain_foods_are_free_of_what_they_do_not_contain() -> None:
    known = {row["name"]: ingredient_from_row(row) for row in ingredients()}
    for name in ("salt", "sugar", "water", "carrot", "rice", "beef", "olive oil", "black pepper"):
        assert {known[name].presence(allergen) for allergen in Allergen} == {Presence.FREE}, name
    assert known["butter"].presence(Allergen.MILK) is Presence.CONTAINS
    assert known["butter"].presence(Allergen.NUTS) is Presence.FREE
    assert known["gelatin"].presence(Allergen.FISH) is Presence.UNKNOWN
    assert known["bread"].presence(Allergen.SESAME) is Presence.UNKNOWN


def test_nearly_every_line_names_a_known_ingredient() -> None:
    index = NameIndex((name, row["name"]) for row in ingredients() for name in named(row))
    unknown = [line for line in lines() if index.find(parse_line(line).ingredient) is None]
    assert len(unknown) <= 0.03 * len(lines()), list(islice(unknown, 20))


def test_nearly_every_line_has_an_amount_or_is_left_to_taste() -> None:
    readings = [parse_line(line) for line in lines()]
    vague = [reading.raw for reading in readings if reading.amount is None and not reading.to_taste]
    assert len(vague) <= 0.03 * len(readings), list(islice(vague, 20))
