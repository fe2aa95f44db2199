"""schema.org/Recipe as JSON-LD, in and out."""

import json
from fractions import Fraction
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.recipe_document import recipe_document
from domain.errors import InvalidRecipeError
from domain.ingredient import Catalogue
from domain.recipe import Recipe, RecipeContent, RecipeYield, Section
from entrypoints.linked_recipe import linked_recipe
from entrypoints.schema_org import recipe_content, recipe_node
from tests.support.fakes import CountingIds, FixedClock
from tests.support.http import ALICE, RICE, InMemoryApi, problem_of

EMPTY = Catalogue(())
LINKED = {**ALICE, "content-type": "application/ld+json"}
NODE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Recipe",
    "name": "Gohan",
    "recipeIngredient": ["300 g rice", "salt"],
    "recipeInstructions": [{"@type": "HowToSection", "itemListElement": [{"@type": "HowToStep", "text": "Cook."}]}],
    "recipeYield": ["4", "4 servings"],
    "prepTime": "PT15M",
    "totalTime": "PT1H",
    "keywords": "plain, every day",
}


async def test_a_recipe_comes_as_json_ld_and_leaves_as_it(client: httpx.AsyncClient) -> None:
    created = await client.post("/recipes", headers=LINKED, content=json.dumps(NODE))
    assert created.status_code == 201, created.text
    accept = {**ALICE, "accept": "application/ld+json"}
    answer = await client.get(created.headers["location"], headers=accept)
    assert answer.headers["content-type"] == "application/ld+json"
    assert (answer.headers["vary"], answer.headers["etag"]) == ("Accept", '"1-ld"')
    shown = answer.json()
    assert (shown["@type"], shown["name"], shown["recipeYield"]) == ("Recipe", "Gohan", "4 servings")
    assert (shown["prepTime"], shown["cookTime"], shown["totalTime"]) == ("PT15M", "PT45M", "PT1H")
    assert shown["recipeInstructions"] == [{"@type": "HowToStep", "text": "Cook."}]
    assert shown["keywords"] == "plain, every day"
    again = await client.get(created.headers["location"], headers={**accept, "if-none-match": '"1-ld"'})
    assert again.status_code == 304
    other = await client.get(created.headers["location"], headers={**ALICE, "if-none-match": '"1-ld"'})
    assert (other.status_code, other.headers["content-type"]) == (200, "application/json")


async def test_what_is_read_as_json_ld_is_changed_under_its_etag(client: httpx.AsyncClient) -> None:
    created = await client.post("/recipes", headers=ALICE, json=RICE)
    changed = await client.put(
        created.headers["location"], headers={**LINKED, "if-match": '"1-ld"'}, content=json.dumps(NODE)
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"@type": "Recipe", "name": "x"}', 422, "invalid-recipe"),
        (b'{"@type": "Person", "name": "x"}', 422, "invalid-recipe"),
        (b"[]", 422, "invalid-recipe"),
        (b"1", 422, "invalid-recipe"),
        (b'{"name": "a", "name": "b"}', 400, "malformed-body"),
        (b"{", 400, "malformed-body"),
    ],
)
async def test_json_ld_without_a_recipe_is_refused(
    client: httpx.AsyncClient, api: InMemoryApi, body: bytes, status: int, code: str
) -> None:
    problem_of(await client.post("/recipes", headers=LINKED, content=body), status, code)
    assert api.stored() == 0


def test_a_recipe_is_found_in_a_graph_and_in_a_list() -> None:
    page = {"@type": "WebPage", "name": "Page"}
    assert recipe_node({"@graph": [page, NODE]}) == NODE
    assert recipe_node([page, {**NODE, "@type": ["Thing", "http://schema.org/Recipe"]}])["name"] == "Gohan"
    assert recipe_node({"name": "no type at all"}) == {"name": "no type at all"}
    with pytest.raises(InvalidRecipeError):
        recipe_node([page])


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ("PT15M", 15), ("PT1H30M", 90), ("P1DT2H", 1_560), ("P1W", 10_080), ("PT90S", 2), ("PT1.5H", 90), ("pt5m", 5),
        ("PT0M", 0), ("P", None), ("PT", None), ("15 minutes", None), ("PT-5M", None), (15, None),
        ("PT99999999M", 100_000),
    ],
)  # fmt: skip
def test_a_duration_is_iso_8601_or_unknown(duration: object, minutes: int | None) -> None:
    assert recipe_content({**NODE, "prepTime": duration}).prep_minutes == minutes


@pytest.mark.parametrize(
    ("given_yield", "amount", "unit"),
    [
        ("4", 4, "servings"), (6, 6, "servings"), ("Makes 24 biscuits", 24, "biscuits"),
        (["2", "2 loaves"], 2, "loaves"),
        ({"@type": "QuantitativeValue", "value": "x"}, None, None), ("a few", None, None), ("0", None, None),
    ],
)  # fmt: skip
def test_a_yield_is_read_or_unknown(given_yield: object, amount: int | None, unit: str | None) -> None:
    made = recipe_content({**NODE, "recipeYield": given_yield}).recipe_yield
    assert (made.amount if made else None, made.unit if made else None) == (amount, unit)


words = st.text(alphabet="abc 豆腐é½1", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
contents = st.builds(
    RecipeContent,
    name=words,
    sections=st.lists(words, min_size=1, max_size=4).map(lambda lines: (Section(lines=tuple(lines)),)),
    steps=st.lists(words, max_size=3).map(tuple),
    description=st.none() | words,
    recipe_yield=st.none()
    | st.builds(
        RecipeYield,
        amount=st.integers(4, 400).map(lambda quarters: Fraction(quarters, 4)),
        unit=st.sampled_from(["servings", "biscuits", "人分"]),
    ),
    category=st.none() | words,
    tags=st.lists(words, max_size=3, unique=True).map(tuple),
    prep_minutes=st.none() | st.integers(0, 100_000),
    cook_minutes=st.none() | st.integers(0, 100_000),
    source=st.none() | words,
)


@given(contents)
def test_what_is_written_as_json_ld_is_read_back_as_it_was(content: RecipeContent) -> None:
    recipe, _ = Recipe.add(CountingIds().new(), "alice", content, (), FixedClock().now())
    document = recipe_document(recipe.read_with(EMPTY, {}))
    assert recipe_content(recipe_node(json.loads(linked_recipe(document)))) == content
