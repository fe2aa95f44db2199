"""Recipes over HTTP."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.recipe import RecipeStatus
from entrypoints.http.shared_documents import SharedDocuments
from tests.support.http import ALICE, BOB, NOBODY, RICE, InMemoryApi, problem_of


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


@pytest.fixture
async def hearing(api: InMemoryApi) -> SharedDocuments:
    """Let the API keep what it reads, as if it heard of every change."""
    shared = SharedDocuments(api.application.recipe_reads.document, api.application.telemetry, limit_bytes=100_000)
    shared.trust_until(math.inf)
    api.instead = {**api.instead, "shared_recipes": shared}
    return shared


async def test_an_answer_from_memory_says_so(api: InMemoryApi, hearing: SharedDocuments) -> None:
    async with api.client() as client:
        place = (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]
        first, second = [await client.get(place, headers=who) for who in (ALICE, BOB)]
        unchanged = await client.get(place, headers={**BOB, "If-None-Match": first.headers["etag"]})
        hearing.forget_all()
        third = await client.get(place, headers=BOB)
    assert (first.headers["cache-status"], "age" in first.headers) == ("kondate; fwd=miss", False)
    assert (second.headers["cache-status"], second.headers["age"]) == ("kondate; hit", "0")
    assert (unchanged.status_code, unchanged.headers["cache-status"], unchanged.content) == (304, "kondate; hit", b"")
    assert third.headers["cache-status"] == "kondate; fwd=miss"
    assert first.content == second.content == third.content
    assert first.headers["cache-control"] == second.headers["cache-control"] == "private, max-age=0, must-revalidate"


@pytest.mark.parametrize(
    "wish", ["no-cache", "no-store", "max-age=0", "NO-CACHE", "max-stale, no-store", "max-age=9,max-age=0"]
)
async def test_a_client_may_ask_for_the_source(api: InMemoryApi, hearing: SharedDocuments, wish: str) -> None:
    assert hearing.held_bytes == 0
    async with api.client() as client:
        place = (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]
        await client.get(place, headers=ALICE)
        answer = await client.get(place, headers={**ALICE, "Cache-Control": wish})
    assert answer.headers["cache-status"] == "kondate; fwd=request"


@pytest.mark.parametrize("wish", ["max-age=3600", "max-age=x", "", "only-if-cached", "no-cached"])
async def test_other_wishes_are_met_from_memory(api: InMemoryApi, hearing: SharedDocuments, wish: str) -> None:
    assert hearing.held_bytes == 0
    async with api.client() as client:
        place = (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]
        await client.get(place, headers=ALICE)
        answer = await client.get(place, headers={**ALICE, "Cache-Control": wish})
    assert answer.headers["cache-status"] == "kondate; hit"


async def test_a_token_is_asked_for_whatever_is_kept(api: InMemoryApi, hearing: SharedDocuments) -> None:
    async with api.client() as client:
        place = (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]
        await client.get(place, headers=ALICE)
        assert hearing.held_bytes
        assert (await client.get(place)).status_code == 401
        assert (await client.get(place, headers=NOBODY)).status_code == 403
