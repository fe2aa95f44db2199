"""Recipes over HTTP."""

from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.recipe import RecipeStatus
from tests.support.http import ALICE, BOB, RICE, InMemoryApi, problem_of


@pytest.fixture
async def rice(client: httpx.AsyncClient) -> str:
    """Publish a recipe and give its address."""
    answer = await client.post("/recipes", headers=ALICE, json=RICE)
    return answer.headers["location"]


async def test_a_new_recipe_is_created_and_told_where_it_is(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.post("/recipes", headers=ALICE, json=RICE)
    [recipe_id] = api.application.tables.recipes
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/recipe/{recipe_id}"
    assert answer.json() == {"id": str(recipe_id), "url": f"/recipe/{recipe_id}"}


async def test_a_recipe_belongs_to_whoever_wrote_it(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await client.post("/recipes", headers=BOB, json=RICE)
    [recipe] = api.application.tables.recipes.values()
    assert recipe.owner == "bob"


async def test_everything_an_author_may_write_is_read_back(client: httpx.AsyncClient) -> None:
    written: dict[str, Any] = {
        **RICE,
        "ingredients": [{"title": "For the rice", "lines": ["300 g rice", "ごはん 二杯"]}, {"lines": ["salt"]}],
        "description": "Plain.",
        "yield": {"amount": 2.5, "unit": "bowls"},
        "category": "Side dish",
        "cuisine": "Japanese",
        "tags": ["plain", "毎日"],
        "prepMinutes": 0,
        "cookMinutes": 15,
        "language": "en",
        "source": "my kitchen",
        "licence": "CC0-1.0",
    }
    created = await client.post("/recipes", headers=ALICE, json=written)
    read = (await client.get(created.headers["location"], headers=BOB)).json()
    sections = [{**section, "lines": [line["text"] for line in section["lines"]]} for section in read["ingredients"]]
    assert sections == [written["ingredients"][0], {"title": None, **written["ingredients"][1]}]
    assert (Fraction(read["yield"]["amount"]), read["yield"]["unit"]) == (Fraction(5, 2), "bowls")
    plain = written.keys() - {"ingredients", "yield"}
    assert {name: read[name] for name in plain} == {name: written[name] for name in plain}


async def test_a_recipe_is_read_with_its_version_and_how_long_to_keep_it(client: httpx.AsyncClient, rice: str) -> None:
    answer = await client.get(rice, headers=BOB)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert answer.json()["name"] == "Rice"


@pytest.mark.parametrize("condition", ['"1"', 'W/"1"', '"0", "1"', "*"])
async def test_a_reader_who_has_it_already_gets_no_body(client: httpx.AsyncClient, rice: str, condition: str) -> None:
    answer = await client.get(rice, headers={**ALICE, "if-none-match": condition})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"


@pytest.mark.parametrize("condition", ['"2"', "1", "", '"11"'])
async def test_a_reader_with_another_version_gets_the_recipe(
    client: httpx.AsyncClient, rice: str, condition: str
) -> None:
    answer = await client.get(rice, headers={**ALICE, "if-none-match": condition})
    assert answer.status_code == 200


async def test_a_recipe_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/recipe/{UUID(int=7)}", headers=ALICE)
    problem_of(answer, 404, "recipe-not-found")


async def test_a_draft_is_hidden_from_all_but_its_owner(client: httpx.AsyncClient, api: InMemoryApi, rice: str) -> None:
    tables = api.application.tables
    tables.recipes = {key: replace(recipe, status=RecipeStatus.DRAFT) for key, recipe in tables.recipes.items()}
    assert (await client.get(rice, headers=ALICE)).status_code == 200
    problem_of(await client.get(rice, headers={**BOB, "if-none-match": "*"}), 404, "recipe-not-found")


async def test_a_rule_of_the_domain_is_a_problem_that_names_the_field(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    answer = await client.post("/recipes", headers=ALICE, json={**RICE, "name": "   "})
    body = problem_of(answer, 422, "invalid-recipe")
    assert body["errors"] == [{"pointer": "/name", "detail": "This text is empty."}]
    assert api.stored() == 0


async def test_a_yield_too_small_to_divide_by_is_refused(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    """A report over such a recipe would overflow, and fail for everybody."""
    answer = await client.post("/recipes", headers=ALICE, json={**RICE, "yield": {"amount": 1e-300}})
    assert problem_of(answer, 400, "validation-failed")["errors"][0]["pointer"] == "/yield/amount"
    assert api.stored() == 0
