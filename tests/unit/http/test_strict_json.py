"""Reading bodies strictly: every fault is named, by a pointer into the body."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.faults import MalformedBodyError, ValidationFailedError
from entrypoints.http.schemas.ingredients import IngredientInput
from entrypoints.http.schemas.recipes import RecipeInput
from entrypoints.http.strict_json import MOST_FAULTS, read_json

GOOD = {"name": "Rice", "ingredients": [{"lines": ["300 g rice"]}]}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def faults_of(value: object) -> dict[str, str]:
    """Return what is wrong with a recipe, by pointer."""
    with pytest.raises(ValidationFailedError) as caught:
        read_json(json.dumps(value).encode(), RecipeInput)
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def test_all_faults_are_named_at_once() -> None:
    faults = faults_of(
        {
            "name": "",
            "ingredients": [{"lines": ["rice", 5, ""], "note": "x"}, 7, {}],
            "yield": {"amount": "x"},
            "prepMinutes": -1,
            "cookMinutes": 1.5,
        }
    )
    assert faults.keys() == {
        "/name",
        "/ingredients/0/lines/1",
        "/ingredients/0/lines/2",
        "/ingredients/0/note",
        "/ingredients/1",
        "/ingredients/2/lines",
        "/yield/amount",
        "/prepMinutes",
        "/cookMinutes",
    }


def test_a_list_of_the_wrong_length_hides_nothing_of_its_items() -> None:
    assert faults_of({**GOOD, "ingredients": []}).keys() == {"/ingredients"}
    faults = faults_of({**GOOD, "steps": ["Cook it."] * 300 + [5]})
    assert faults.keys() == {"/steps", "/steps/300"}


def test_an_object_among_texts_is_looked_into() -> None:
    part = {"text": "", "recipeId": "x", "portion": 0, "note": "x"}
    pointers = {f"/ingredients/0/lines/1/{member}" for member in part}
    assert faults_of({**GOOD, "ingredients": [{"lines": ["rice", part]}]}).keys() == pointers


def test_every_entry_of_a_table_is_looked_at() -> None:
    body = {"name": "rice", "source": "x", "nutrientsPer100g": {"protein_g": "much", "charm": 1, "fat_g": 1}}
    with pytest.raises(ValidationFailedError) as caught:
        read_json(json.dumps(body).encode(), IngredientInput)
    assert {fault.pointer for fault in caught.value.faults} == {
        "/nutrientsPer100g/protein_g",
        "/nutrientsPer100g/charm",
    }


def test_a_list_for_a_number_is_one_fault() -> None:
    faults = faults_of({**GOOD, "yield": {"amount": [None, None]}})
    assert faults == {"/yield/amount": "Expected `float`, got `array`"}


def pointers_to_faults(body: bytes) -> list[str]:
    """Return where a body is wrong: nowhere, at the whole of it, or at members of it; fail on any other error."""
    try:
        read_json(body, RecipeInput)
    except MalformedBodyError:
        return [""]
    except ValidationFailedError as error:
        return [fault.pointer for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("value", "pointer", "detail"),
    [
        ({"name": "Rice"}, "/ingredients", "This member is required."),
        ({**GOOD, "owner": "x"}, "/owner", "There is no such member."),
        ({**GOOD, "a/b~c": 1}, "/a~1b~0c", "There is no such member."),
        ({**GOOD, "": 1}, "/", "There is no such member."),
        ({**GOOD, "name": 5}, "/name", "Expected `str`, got `int`"),
        ({**GOOD, "ingredients": []}, "/ingredients", "Expected `array` of length >= 1"),
        ([], "", "Expected `object`, got `array`"),
    ],
)
def test_a_fault_says_where_and_what(value: object, pointer: str, detail: str) -> None:
    assert faults_of(value) == {pointer: detail}


def test_an_answer_names_no_more_faults_than_a_reader_could_use() -> None:
    faults = faults_of({str(number): 1 for number in range(10_000)})
    assert len(faults) == MOST_FAULTS


def test_faults_come_in_the_same_order_each_time() -> None:
    unknown = {f"m{number}": 1 for number in range(9)}
    assert [pointer for pointer in faults_of({**GOOD, **unknown}) if pointer] == [f"/{name}" for name in unknown]


def test_a_good_body_is_read_as_it_stands() -> None:
    recipe = read_json(json.dumps({**GOOD, "yield": {"amount": 4}}).encode(), RecipeInput)
    assert recipe.recipe_yield is not None
    assert (recipe.name, recipe.recipe_yield.amount) == ("Rice", 4)


@given(JSON_VALUES)
def test_any_json_is_either_taken_or_refused_with_a_fault_in_it(value: object) -> None:
    assert all(re.fullmatch("(/.*)?", pointer, re.DOTALL) for pointer in pointers_to_faults(json.dumps(value).encode()))


@given(st.binary(max_size=64))
def test_any_bytes_are_either_read_or_refused(body: bytes) -> None:
    assert isinstance(pointers_to_faults(body), list)


@given(st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8), st.integers(0, 9)))
def test_what_is_good_json_comes_through_unchanged(members: dict[str, int]) -> None:
    assert read_json(json.dumps(members).encode(), dict[str, int]) == members
