"""Price lists and menu plans over HTTP."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.commands import ReviseCatalogue
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, BOB, InMemoryApi, problem_of

PRICE = {"ingredient": "rice", "supplier": "Market", "packGrams": 500, "price": 2.49, "validFrom": "2026-01-01"}
PRICES = {"name": "Market", "currency": "EUR", "prices": [{**PRICE, "validUntil": "2026-06-30"}]}
MEAL = {"day": "2026-01-05", "recipeId": str(UUID(int=1)), "servings": 2.5, "meal": "夕食"}
PLAN = {"name": "Week 2", "meals": [MEAL]}
KINDS = [("/price-lists", PRICES, "price-list-not-found"), ("/menu-plans", PLAN, "menu-plan-not-found")]
each_kind = pytest.mark.parametrize(("path", "body", "missing"), KINDS)


@pytest.fixture(autouse=True)
async def _catalogue(api: InMemoryApi) -> None:
    await api.application.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())


async def added(client: httpx.AsyncClient, path: str, body: object) -> str:
    answer = await client.post(path, headers=ALICE, json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


@each_kind
async def test_what_was_written_is_read_back_by_its_owner(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], missing: str
) -> None:
    url = await added(client, path, body)
    answer = await client.get(url, headers=ALICE)
    assert {name: answer.json()[name] for name in body} == body
    assert (answer.json()["owner"], answer.headers["etag"]) == ("alice", '"1"')
    problem_of(await client.get(url, headers=BOB), 404, missing)
    problem_of(await client.get(f"{path}/{UUID(int=9)}", headers=ALICE), 404, missing)
    problem_of(await client.get(f"{path}/none", headers=ALICE), 404, missing)


@each_kind
async def test_a_revision_needs_the_current_version_and_its_owner(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], missing: str
) -> None:
    url, renamed = await added(client, path, body), {**body, "name": "Spring"}
    problem_of(await client.put(url, headers=ALICE, json=renamed), 428, "precondition-required")
    stale = await client.put(url, headers={**ALICE, "if-match": '"7"'}, json=renamed)
    problem_of(stale, 412, "stale-version")
    problem_of(await client.put(url, headers={**BOB, "if-match": '"1"'}, json=renamed), 404, missing)
    unknown = f"{path}/{UUID(int=9)}"
    problem_of(await client.put(unknown, headers={**ALICE, "if-match": "*"}, json=renamed), 404, missing)
    answer = await client.put(url, headers={**ALICE, "if-match": '"1"'}, json=renamed)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (await client.get(url, headers=ALICE)).json()["name"] == "Spring"


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "pointer"),
    [
        ("/price-lists", {**PRICES, "prices": []}, 400, "validation-failed", "/prices"),
        ("/price-lists", {**PRICES, "currency": "euro"}, 400, "validation-failed", "/currency"),
        ("/price-lists", {**PRICES, "prices": [{**PRICE, "price": -1}]}, 400, "validation-failed", "/prices/0/price"),
        ("/price-lists", {**PRICES, "prices": [PRICE, PRICE]}, 422, "overlapping-prices", "/prices/1/validFrom"),
        (
            "/price-lists",
            {**PRICES, "prices": [{**PRICE, "ingredient": "moondust"}]},
            422,
            "invalid-price-list",
            "/prices/0/ingredient",
        ),
        (
            "/menu-plans",
            {**PLAN, "meals": [{**MEAL, "servings": 0}]},
            400,
            "validation-failed",
            "/meals/0/servings",
        ),
        (
            "/menu-plans",
            {**PLAN, "meals": [{**MEAL, "meal": " "}]},
            422,
            "invalid-menu-plan",
            "/meals/0/meal",
        ),
    ],
)
async def test_what_cannot_be_meant_is_refused_at_its_field(
    client: httpx.AsyncClient, path: str, body: object, status: int, code: str, pointer: str
) -> None:
    [fault] = problem_of(await client.post(path, headers=ALICE, json=body), status, code)["errors"]
    assert fault["pointer"] == pointer


async def test_prices_and_plan_make_a_purchasing_list(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    rice = {"name": "Rice", "ingredients": [{"lines": ["300 g rice"]}], "yield": {"amount": 4}}
    recipe = (await client.post("/recipes", headers=ALICE, json=rice)).json()["id"]
    plan = {"name": "Week 2", "meals": [{"day": "2026-01-05", "recipeId": recipe, "servings": 10}]}
    ids = [
        url.rpartition("/")[2]
        for url in (await added(client, "/menu-plans", plan), await added(client, "/price-lists", PRICES))
    ]
    asked = {"kind": "purchasing-list", "parameters": {"menuPlanId": ids[0], "priceListId": ids[1]}}
    accepted = (await client.post("/generate-report", headers=ALICE, json=asked)).json()
    await api.application.run_job.run(UUID(accepted["jobId"]))
    job = (await client.get(accepted["statusUrl"], headers=ALICE)).json()
    [row] = (await client.get(job["resultsUrl"], headers=ALICE)).json()["rows"]
    assert (row["ingredient"], row["grams"], row["packs"], row["cost"]) == ("rice", 750.0, 2, 4.98)
