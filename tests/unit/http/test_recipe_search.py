"""Finding recipes over HTTP."""

from typing import Any

import httpx
import pytest

from domain.commands import ReviseCatalogue
from domain.events import RecipeAdded
from domain.ingredient import Allergen, Presence
from domain.japanese_allergens import JapaneseAllergen
from entrypoints.http.schemas.recipe_search import cursor_of, place_of
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, BOB, RICE, InMemoryApi, problem_of


async def add(client: httpx.AsyncClient, name: str, *lines: str | dict[str, str], **fields: object) -> None:
    body = {**RICE, "name": name, "ingredients": [{"lines": lines or ["1 g rice"]}], **fields}
    assert (await client.post("/recipes", headers=ALICE, json=body)).status_code == 201


async def names(client: httpx.AsyncClient, query: str = "", headers: dict[str, str] = ALICE) -> list[str]:
    answer = await client.get(f"/recipes{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_every_condition_must_be_met(client: httpx.AsyncClient) -> None:
    await add(client, "Rice soup", tags=["quick"])
    await add(client, "Rice pudding", tags=["quick", "sweet"])
    await add(client, "味噌汁")
    assert await names(client, "?q=rice&tag=quick&tag=sweet") == ["Rice pudding"]
    assert await names(client, "?q=味噌") == ["味噌汁"]
    assert await names(client, "?q=pudding+味噌") == []
    assert len(await names(client)) == 3


async def test_a_page_shows_what_to_choose_by(client: httpx.AsyncClient) -> None:
    await add(client, "Rice soup", **{"yield": {"amount": 2}}, category="Soup")
    page = (await client.get("/recipes", headers=BOB)).json()
    [item] = page["items"]
    assert (item["name"], item["category"], item["yield"]) == ("Rice soup", "Soup", {"amount": 2, "unit": "servings"})
    assert "ingredients" not in item
    assert page["next"] is None


async def test_pages_follow_each_other_without_gap_or_repetition(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await add(client, f"Rice {number}")
    seen, url = [], "/recipes?limit=2&q=rice"
    while url:
        answer = await client.get(url, headers=ALICE)
        seen += [item["name"] for item in answer.json()["items"]]
        url = answer.json()["next"]
        assert answer.headers.get("link") == (f'<{url}>; rel="next"' if url else None)
        await add(client, "Rice that came later")
    assert sorted(seen) == [f"Rice {number}" for number in range(5)]


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "é", "A" * 32 + "!", "_" * 32])
async def test_a_made_up_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    problem_of(await client.get("/recipes", headers=ALICE, params={"cursor": cursor}), 400, "invalid-cursor")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x",
        "free-from=luck", "free-from-jp=luck", "free-from-jp=gluten", "free-from-jp=egg,milk", "free-from=buckwheat",
        "status=lost", f"q={'x' * 201}",
    ],
)  # fmt: skip
async def test_a_wrong_filter_is_refused(client: httpx.AsyncClient, query: str) -> None:
    problem_of(await client.get(f"/recipes?{query}", headers=ALICE), 400, "bad-request")


async def test_drafts_are_found_by_their_owner_who_asks_for_them(client: httpx.AsyncClient) -> None:
    await add(client, "Rice", status="draft")
    assert await names(client) == []
    assert await names(client, "?status=draft&q=rice") == ["Rice"]
    assert await names(client, "?status=draft", BOB) == []


async def test_an_ingredient_is_asked_for_by_any_of_its_names(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await catalogue(api)
    await add(client, "Plain", "100 g rice")
    await add(client, "Both", "100 g rice", "3 g salt")
    assert await names(client, "?ingredient=rice&ingredient=salt") == ["Both"]
    assert await names(client, "?ingredient=Rices") == ["Both", "Plain"]
    assert await names(client, "?ingredient=moon+dust") == []


async def test_what_is_unknown_is_free_of_nothing(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await catalogue(api)
    await add(client, "Known", "100 g rice")
    await add(client, "Doubtful", "100 g rice", "1 g moon dust")
    await add(client, "Buttered", "100 g rice", "1 g butter")
    assert await names(client, "?free-from=fish") == []
    await tell(api)
    assert await names(client, "?free-from=fish") == ["Buttered", "Known"]
    assert await names(client, "?free-from=fish&free-from=milk") == ["Known"]


async def test_japans_allergens_are_a_condition_of_their_own(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await catalogue(api)
    await add(client, "Known", "100 g rice", tags=["quick"])
    await add(client, "Doubtful", "100 g rice", "1 g moon dust")
    await add(client, "Buttered", "100 g rice", "1 g butter")
    await add(client, "Soba", "100 g soba")
    assert await names(client, "?free-from-jp=buckwheat") == []
    await tell(api)
    assert await names(client, "?free-from-jp=buckwheat") == ["Buttered", "Known"]
    assert await names(client, "?free-from-jp=buckwheat&free-from-jp=milk") == ["Known"]
    assert await names(client, "?free-from-jp=buckwheat&free-from=milk&tag=quick&q=know") == ["Known"]
    assert await names(client, "?free-from-jp=egg") == ["Soba", "Buttered", "Known"]
    assert await names(client, "?free-from=egg") == ["Buttered", "Known"], "nobody says so of soba by the EU's list"


async def test_a_recipe_is_not_free_of_what_is_in_a_recipe_that_it_uses(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    await catalogue(api)
    await add(client, "Noodles", "100 g soba")
    noodles = (await client.get("/recipes?q=noodles", headers=ALICE)).json()["items"][0]["id"]
    await add(client, "Bowl", "100 g rice", {"text": "the noodles", "recipeId": noodles})
    await tell(api)
    assert await names(client, "?free-from-jp=egg") == ["Bowl", "Noodles"]
    assert await names(client, "?free-from-jp=buckwheat") == []


def test_a_cursor_leads_back_to_its_place() -> None:
    cursor = "AAYf7f7RQAAAAAAAAAAAAAAAAAAAAAAB"
    assert cursor_of(place_of(cursor)) == cursor


async def tell(api: InMemoryApi) -> None:
    """Let projections follow the recipes that were added."""
    for event in [event for event in api.application.tables.events if isinstance(event, RecipeAdded)]:
        await api.application.bus.tell(event, an_origin())


async def catalogue(api: InMemoryApi) -> None:
    eu: Any = dict.fromkeys(Allergen, Presence.FREE)
    jp: Any = dict.fromkeys(JapaneseAllergen, Presence.FREE)
    milky = {Allergen.MILK: Presence.CONTAINS}, {JapaneseAllergen.MILK: Presence.CONTAINS}
    known = [
        an_ingredient("rice", eu, jp),
        an_ingredient("salt", eu, jp),
        an_ingredient("butter", eu | milky[0], jp | milky[1]),
        an_ingredient("soba", {}, jp | {JapaneseAllergen.BUCKWHEAT: Presence.CONTAINS}),
    ]
    await api.application.bus.execute(ReviseCatalogue(ingredients=tuple(known)), an_origin())
