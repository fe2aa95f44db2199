"""What a recipe is found by, in English and in Japanese."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.allergens import ALL_UNKNOWN, RecipeAllergens
from domain.errors import InvalidSearchError
from domain.ingredient import Allergen, Catalogue
from domain.japanese_allergens import JapaneseAllergen
from domain.listed_allergens import ListedAllergens, all_unknown
from domain.recipe import Recipe, RecipeContent, Section, read_lines
from domain.search import (
    LARGEST_PAGE,
    LONGEST_QUERY,
    MOST_CONDITIONS,
    IngredientSearch,
    RecipeSearch,
    facets_of,
    free_facets,
)
from tests.support.facts import an_ingredient
from tests.support.fakes import FixedClock


def named(name: str, *tags: str, line: str = "1 g salt") -> Recipe:
    content = RecipeContent(name=name, sections=(Section(lines=(line,)),), tags=tags)
    recipe, _ = Recipe.add(UUID(int=1), "alice", content, read_lines(content, Catalogue(()), {}), FixedClock().now())
    return recipe


def finds(text: str, recipe: Recipe) -> bool:
    return RecipeSearch(text=text).facets <= facets_of(recipe)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tomato", "Tomatoes in Oil"), ("tomatoes", "Tomato soup"), ("TOM", "Tomato soup"),
        ("soup tomato", "Tomato soup"),
        ("creme brulee", "Crème Brûlée"), ("butterscot", "Butterscotch"), ("butterscotch", "Butterscotch cream"),
        ("豆腐", "麻婆豆腐"), ("婆豆", "麻婆豆腐"), ("腐", "麻婆豆腐"), ("トマト", "とまと鍋"),
        ("とまと 鍋", "トマトの鍋"),
        ("ラーメン", "味噌ラーメン"), ("miso ラーメン", "味噌ラーメン (miso)"), ("ﾗｰﾒﾝ", "ラーメン"), ("", "anything"),
    ],
)  # fmt: skip
def test_a_name_is_found_by_its_parts(text: str, name: str) -> None:
    assert finds(text, named(name))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mato", "Tomato soup"),
        ("to", "Tomato soup"),
        ("tomato pie", "Tomato soup"),
        ("豆乳", "麻婆豆腐"),
        ("soups", "豆腐"),
    ],
)
def test_other_words_do_not_find_it(text: str, name: str) -> None:
    assert not finds(text, named(name))


def test_tags_and_what_is_in_it_find_a_recipe() -> None:
    recipe = named("Soup", "Weekday", "作り置き", line="豆腐 1丁")
    assert finds("weekday", recipe)
    assert finds("作り置き", recipe)
    assert finds("豆腐", recipe)
    assert RecipeSearch(tags=("WEEKDAY", "作り置き")).facets <= facets_of(recipe)
    assert not RecipeSearch(tags=("week",)).facets <= facets_of(recipe)


@given(st.sets(st.sampled_from(Allergen)), st.sets(st.sampled_from(JapaneseAllergen)))
def test_what_is_free_by_one_list_is_not_found_by_the_other(eu: set[Allergen], jp: set[JapaneseAllergen]) -> None:
    """Some words stand on both lists."""
    free_by_eu = free_facets(RecipeAllergens(eu=ListedAllergens(listed=Allergen), jp=all_unknown(JapaneseAllergen)))
    free_by_jp = free_facets(RecipeAllergens(eu=all_unknown(Allergen), jp=ListedAllergens(listed=JapaneseAllergen)))
    asked = RecipeSearch(free_from=frozenset(eu), free_from_jp=frozenset(jp)).facets
    assert (asked <= free_by_eu) is (not jp)
    assert (asked <= free_by_jp) is (not eu)
    assert asked <= free_by_eu | free_by_jp


def test_of_what_nothing_is_known_nothing_is_promised() -> None:
    assert free_facets(ALL_UNKNOWN) == frozenset()


@given(st.text(alphabet="味噌汁とうふトーフsoup ", min_size=1, max_size=20).filter(lambda text: text.strip()))
def test_every_recipe_is_found_by_its_own_name(name: str) -> None:
    assert finds(name, named(name))


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "x" * (LONGEST_QUERY + 1)},
        {"tags": ("x",) * (MOST_CONDITIONS + 1)},
        {"ingredients": ("x",) * (MOST_CONDITIONS + 1)},
        {"limit": 0},
        {"limit": LARGEST_PAGE + 1},
    ],
)
def test_a_search_for_too_much_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InvalidSearchError):
        RecipeSearch(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", [{"text": "x" * (LONGEST_QUERY + 1)}, {"limit": 0}, {"limit": LARGEST_PAGE + 1}])
def test_a_search_of_ingredients_that_asks_for_too_much_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InvalidSearchError):
        IngredientSearch(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["koji", "KŌJI", "ｺｳｼﾞ", "こうじ", " 麹 ", ""])
def test_an_ingredient_is_found_by_any_of_its_names_however_they_are_written(text: str) -> None:
    known = replace(an_ingredient("koji"), aliases=("kōji rice", "コウジ", "米麹"))
    assert IngredientSearch(text=text).is_met_by(known)
    assert not IngredientSearch(text="moon").is_met_by(known)
