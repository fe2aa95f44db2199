"""Changing recipes over HTTP: who may, which version, and what the answer says."""

from fractions import Fraction
from typing import Any

import httpx
import pytest

from domain.commands import ReviseCatalogue
from domain.events import RecipeAdded
from domain.nutrient import Nutrient
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, BOB, EDITOR, RICE, InMemoryApi, problem_of

FIRST = {"if-match": '"1"'}


@pytest.fixture
async def rice(client: httpx.AsyncClient) -> str:
    """Publish a recipe and give its address."""
    answer = await client.post("/recipes", headers=ALICE, json=RICE)
    return answer.headers["location"]


async def add(client: httpx.AsyncClient, **changes: object) -> str:
    answer = await client.post("/recipes", headers=ALICE, json={**RICE, **changes})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def using(*urls: str, **fields: object) -> list[dict[str, Any]]:
    parts = [{"text": "some of it", "recipeId": url.removeprefix("/recipe/"), **fields} for url in urls]
    return [{"lines": ["1 g salt", *parts]}]


async def test_a_revision_answers_with_the_new_etag(client: httpx.AsyncClient, rice: str) -> None:
    answer = await client.put(rice, headers={**ALICE, **FIRST}, json={**RICE, "name": "Gohan"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    read = await client.get(rice, headers=BOB)
    assert (read.headers["etag"], read.json()["name"], read.json()["version"]) == ('"2"', "Gohan", 2)


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', "1", '"x"', '"1", "2"', '"01"'])
async def test_a_stale_or_foreign_tag_changes_nothing(client: httpx.AsyncClient, rice: str, tag: str) -> None:
    problem_of(await client.put(rice, headers={**ALICE, "if-match": tag}, json=RICE), 412, "stale-version")
    problem_of(await client.delete(rice, headers={**ALICE, "if-match": tag}), 412, "stale-version")
    assert (await client.get(rice, headers=ALICE)).headers["etag"] == '"1"'


async def test_a_change_without_a_version_is_asked_for_one(client: httpx.AsyncClient, rice: str) -> None:
    for answer in (
        await client.put(rice, headers=ALICE, json=RICE),
        await client.delete(rice, headers=ALICE),
        await client.post(f"{rice}/publish", headers=ALICE),
        await client.post(f"{rice}/archive", headers=ALICE),
    ):
        problem_of(answer, 428, "precondition-required")


async def test_any_version_will_do_for_who_says_so(client: httpx.AsyncClient, rice: str) -> None:
    answer = await client.put(rice, headers={**ALICE, "if-match": "*"}, json=RICE)
    assert answer.status_code == 200
    assert "etag" not in answer.headers


async def test_only_the_owner_and_editors_change_a_recipe(client: httpx.AsyncClient, rice: str) -> None:
    problem_of(await client.put(rice, headers={**BOB, **FIRST}, json=RICE), 403, "not-owner")
    problem_of(await client.delete(rice, headers={**BOB, **FIRST}), 403, "not-owner")
    assert (await client.put(rice, headers={**EDITOR, **FIRST}, json=RICE)).status_code == 200


async def test_a_draft_is_published_and_archived(client: httpx.AsyncClient) -> None:
    draft = await add(client, status="draft")
    problem_of(await client.get(draft, headers=BOB), 404, "recipe-not-found")
    problem_of(await client.post(f"{draft}/publish", headers={**EDITOR, **FIRST}), 404, "recipe-not-found")
    assert (await client.post(f"{draft}/publish", headers={**ALICE, **FIRST})).status_code == 200
    assert (await client.get(draft, headers=BOB)).json()["status"] == "published"
    problem_of(await client.post(f"{draft}/publish", headers={**ALICE, "if-match": "*"}), 409, "recipe-transition")
    assert (await client.post(f"{draft}/archive", headers={**ALICE, "if-match": '"2"'})).status_code == 200
    assert (await client.get(draft, headers=BOB)).json()["status"] == "archived"


async def test_a_deleted_recipe_is_gone(client: httpx.AsyncClient, rice: str) -> None:
    assert (await client.delete(rice, headers={**ALICE, **FIRST})).status_code == 204
    problem_of(await client.get(rice, headers=ALICE), 404, "recipe-not-found")
    problem_of(await client.delete(rice, headers={**ALICE, **FIRST}), 404, "recipe-not-found")
    problem_of(await client.put("/recipe/x", headers={**ALICE, **FIRST}, json=RICE), 404, "recipe-not-found")


async def test_a_line_may_stand_for_another_recipe(client: httpx.AsyncClient, rice: str) -> None:
    bowl = await add(client, ingredients=using(rice, portion=0.25))
    [section] = (await client.get(bowl, headers=ALICE)).json()["ingredients"]
    recipe_id = rice.removeprefix("/recipe/")
    assert section["lines"][1] == {"text": "some of it", "recipeId": recipe_id, "portion": 0.25}
    problem_of(await client.delete(rice, headers={**ALICE, **FIRST}), 409, "recipe-in-use")


async def test_a_part_that_is_not_there_is_named(client: httpx.AsyncClient) -> None:
    draft = await add(client, status="draft")
    body = {**RICE, "ingredients": using(draft)}
    problem = problem_of(await client.post("/recipes", headers=BOB, json=body), 422, "invalid-recipe")
    assert problem["errors"][0]["pointer"] == "/ingredients/0/lines/1/recipeId"
    body = {**RICE, "ingredients": using("/recipe/00000000-0000-0000-0000-000000000009")}
    problem_of(await client.post("/recipes", headers=ALICE, json=body), 422, "invalid-recipe")


async def test_recipes_cannot_come_to_contain_each_other(client: httpx.AsyncClient, rice: str) -> None:
    bowl = await add(client, ingredients=using(rice))
    answer = await client.put(rice, headers={**ALICE, **FIRST}, json={**RICE, "ingredients": using(bowl)})
    assert problem_of(answer, 422, "invalid-recipe")["errors"][0]["pointer"] == "/ingredients/0/lines/1/recipeId"


async def test_what_follows_from_a_part_follows_for_the_whole(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    app, origin = api.application, an_origin()
    await app.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"), an_ingredient("salt"))), origin)
    rice = await add(client)
    bowl = await add(client, ingredients=using(rice, portion=0.5))
    vague = await add(client, ingredients=using(rice))
    events = [event for event in app.tables.events if isinstance(event, RecipeAdded)]
    for event in events:
        await app.bus.tell(event, origin)
    of = {f"/recipe/{made.recipe_id}": made.nutrition for made in app.tables.projections.values()}
    assert of[bowl].totals[Nutrient.ENERGY] == of[rice].totals[Nutrient.ENERGY] / 2 + Fraction("3.5")
    assert (of[vague].lines, of[vague].resolved) == (2, 1)
    await client.put(rice, headers={**ALICE, **FIRST}, json={**RICE, "ingredients": [{"lines": ["1 kg rice"]}]})
    await app.bus.tell(app.tables.events[-1], origin)
    of = {f"/recipe/{made.recipe_id}": made.nutrition for made in app.tables.projections.values()}
    assert of[bowl].totals[Nutrient.ENERGY] == Fraction("1753.5")


async def test_a_recipe_that_is_gone_is_not_projected(client: httpx.AsyncClient, api: InMemoryApi, rice: str) -> None:
    [event] = api.application.tables.events
    await client.delete(rice, headers={**ALICE, **FIRST})
    await api.application.bus.tell(event, an_origin())
    assert api.application.tables.projections == {}
