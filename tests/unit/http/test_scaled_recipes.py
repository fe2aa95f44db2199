"""Recipes for another yield over HTTP."""

from typing import Any

import httpx
import pytest

from domain.commands import ReviseCatalogue
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, RICE, InMemoryApi, problem_of


async def add(client: httpx.AsyncClient, **fields: Any) -> str:  # noqa: ANN401 (any member of a recipe)
    answer = await client.post("/recipes", headers=ALICE, json={**RICE, **fields})
    return answer.headers["location"]


async def test_every_amount_follows_the_yield(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await api.application.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())
    part = await add(client)
    it = {"text": "it", "recipeId": part[8:], "portion": 0.5}
    lines = ["1 oz rice", "1 to 2 cups moon dust", "3 stones", "salt", it]
    recipe = await add(client, ingredients=[{"lines": lines}], **{"yield": {"amount": 4}})
    answer = await client.get(f"{recipe}/scaled?yield=6", headers=ALICE)
    shown = answer.json()
    assert (shown["yield"], shown["scaledBy"]) == ({"amount": 6, "unit": "servings"}, "1 1/2")
    assert shown["ingredients"][0]["lines"] == [
        {"text": "1 oz rice", "ingredient": "rice", "amount": "1 1/2", "unit": "ounce", "grams": 42.5},
        {"text": "1 to 2 cups moon dust", "amount": "1 1/2", "amountTo": "3", "unit": "cup"},
        {"text": "3 stones", "amount": "4 1/2"},
        {"text": "salt"},
        {"text": "it", "recipeId": part[8:], "portion": 0.75},
    ]


async def test_a_recipe_without_a_yield_cannot_be_scaled(client: httpx.AsyncClient) -> None:
    recipe = await add(client)
    problem_of(await client.get(f"{recipe}/scaled?yield=6", headers=ALICE), 422, "unknown-yield")


@pytest.mark.parametrize("query", ["yield=0", "yield=x", "yield=10001", "yield=nan"])
async def test_a_yield_that_is_none_is_refused(client: httpx.AsyncClient, query: str) -> None:
    recipe = await add(client, **{"yield": {"amount": 4}})
    problem_of(await client.get(f"{recipe}/scaled?{query}", headers=ALICE), 400, "bad-request")


async def test_without_a_yield_the_amounts_are_as_written(client: httpx.AsyncClient) -> None:
    recipe = await add(client, **{"yield": {"amount": 4}})
    shown = (await client.get(f"{recipe}/scaled", headers=ALICE)).json()
    assert (shown["scaledBy"], shown["ingredients"][0]["lines"][0]["amount"]) == ("1", "300")


async def test_a_recipe_that_is_not_there_is_not_scaled(client: httpx.AsyncClient) -> None:
    problem_of(await client.get("/recipe/x/scaled?yield=2", headers=ALICE), 404, "recipe-not-found")
