"""The ingredient catalogue over HTTP."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.commands import ReviseCatalogue
from domain.kept_ingredient import table_id
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, BOB, EDITOR, NOBODY, InMemoryApi, problem_of

KOJI: dict[str, Any] = {
    "name": "koji",
    "aliases": ["麹", "kōji rice"],
    "source": "Standard Tables of Food Composition in Japan 2020, 01116",
    "nutrientsPer100g": {"energy_kcal": 260, "protein_g": 5.8},
    "allergens": {"eu": {"gluten": "free", "soy": "may-contain"}, "jp": {"wheat": "free"}},
    "densityGramsPerMl": 0.55,
    "pieceGrams": 20.5,
    "pieceMeasure": "piece",
}


async def added(client: httpx.AsyncClient, body: object = KOJI) -> str:
    answer = await client.post("/ingredients", headers=ALICE, json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def test_what_is_said_of_an_ingredient_is_read_back_by_everybody(client: httpx.AsyncClient) -> None:
    answer = await client.get(await added(client), headers=BOB)
    found = answer.json()
    assert (answer.status_code, answer.headers["etag"], found["owner"], found["version"]) == (200, '"1"', "alice", 1)
    assert {name: found[name] for name in KOJI if name != "allergens"} == {
        name: member for name, member in KOJI.items() if name != "allergens"
    }
    assert found["labels"] == {"en": "koji", "ja": "麹"}
    assert (len(found["allergens"]["eu"]), len(found["allergens"]["jp"])) == (14, 29)
    assert (found["allergens"]["eu"]["soy"], found["allergens"]["eu"]["milk"]) == ("may-contain", "unknown")
    assert found["allergens"]["jp"]["wheat"] == "free"


async def test_an_ingredient_that_did_not_change_is_not_sent_again(client: httpx.AsyncClient) -> None:
    url = await added(client)
    assert (await client.get(url, headers={**ALICE, "if-none-match": '"1"'})).status_code == 304


async def test_a_revision_needs_the_current_version_and_its_owner_or_an_editor(client: httpx.AsyncClient) -> None:
    url, body = await added(client), {**KOJI, "densityGramsPerMl": 0.6}
    problem_of(await client.put(url, headers=ALICE, json=body), 428, "precondition-required")
    problem_of(await client.put(url, headers={**ALICE, "if-match": '"7"'}, json=body), 412, "stale-version")
    problem_of(await client.put(url, headers={**BOB, "if-match": '"1"'}, json=body), 403, "not-owner")
    answer = await client.put(url, headers={**EDITOR, "if-match": '"1"'}, json=body)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    found = (await client.get(url, headers=BOB)).json()
    assert (found["densityGramsPerMl"], found["owner"]) == (0.6, "alice")


async def test_as_a_job_a_revision_has_the_same_rules(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    url = await added(client)
    for caller, status in ((BOB, "failed"), (EDITOR, "succeeded")):
        headers = {**caller, "if-match": '"1"', "prefer": "respond-async"}
        accepted = await client.put(url, headers=headers, json=KOJI)
        assert accepted.status_code == 202
        await api.application.run_job.run(UUID(accepted.json()["jobId"]))
        job = (await client.get(accepted.headers["location"], headers=caller)).json()
        assert job["status"] == status
        assert job.get("problem", {}).get("status", 403) == 403


async def test_the_table_is_everybodys_to_read_and_editors_to_change(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    await api.application.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())
    url = f"/ingredients/{table_id('rice')}"
    assert "owner" not in (await client.get(url, headers=BOB)).json()
    body = {"name": "rice", "source": "weighed"}
    problem_of(await client.put(url, headers={**ALICE, "if-match": '"1"'}, json=body), 403, "not-owner")
    assert (await client.put(url, headers={**EDITOR, "if-match": '"1"'}, json=body)).status_code == 200
    assert (await client.get(url, headers=BOB)).json()["owner"] == "editor"


@pytest.mark.parametrize(
    ("changed", "status", "code", "pointer"),
    [
        ({"name": ""}, 400, "validation-failed", "/name"),
        ({"unheard": 1}, 400, "validation-failed", "/unheard"),
        ({"nutrientsPer100g": {"energy_kcal": -1}}, 422, "invalid-ingredient", "/nutrientsPer100g/energy_kcal"),
        ({"nutrientsPer100g": {"happiness_g": 1}}, 400, "validation-failed", "/nutrientsPer100g/happiness_g"),
        ({"allergens": {"eu": {"dust": "free"}}}, 400, "validation-failed", "/allergens/eu/dust"),
        ({"allergens": {"jp": {"wheat": "maybe"}}}, 400, "validation-failed", "/allergens/jp/wheat"),
        ({"densityGramsPerMl": 0}, 400, "validation-failed", "/densityGramsPerMl"),
        ({"densityGramsPerMl": 40}, 422, "invalid-ingredient", "/densityGramsPerMl"),
        ({"nutrientsPer100g": {"fat_g": 900}}, 422, "invalid-ingredient", "/nutrientsPer100g/fat_g"),
        ({"aliases": ["shoyu", "RICE"]}, 409, "ingredient-name-taken", "/aliases/1"),
    ],
)
async def test_what_cannot_be_meant_is_refused_at_its_field(
    client: httpx.AsyncClient, api: InMemoryApi, changed: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    await api.application.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())
    answer = await client.post("/ingredients", headers=ALICE, json={**KOJI, **changed})
    [fault] = problem_of(answer, status, code)["errors"]
    assert fault["pointer"] == pointer


async def test_another_name_is_refused_on_revision(client: httpx.AsyncClient) -> None:
    url = await added(client)
    answer = await client.put(url, headers={**ALICE, "if-match": '"1"'}, json={**KOJI, "name": "mould"})
    assert problem_of(answer, 422, "invalid-ingredient")["errors"][0]["pointer"] == "/name"


async def test_ingredients_are_found_by_any_part_of_any_name_page_by_page(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    names = ("rice", "rice vinegar", "licorice", "soy sauce")
    await api.application.bus.execute(ReviseCatalogue(ingredients=tuple(map(an_ingredient, names))), an_origin())
    await added(client)
    found, url = [], "/ingredients?q=RICE&limit=2"
    while url:
        answer = await client.get(url, headers=BOB)
        page = answer.json()
        found += [item["name"] for item in page["items"]]
        assert ("link" in answer.headers) == (page["next"] is not None)
        url = page["next"]
    assert found == ["koji", "licorice", "rice", "rice vinegar"]
    assert [item["name"] for item in (await client.get("/ingredients?q=麹", headers=BOB)).json()["items"]] == ["koji"]
    assert len((await client.get("/ingredients", headers=BOB)).json()["items"]) == 5
    assert (await client.get("/ingredients?q=moon", headers=BOB)).json() == {"items": [], "next": None}


async def test_what_is_no_ingredient_and_no_cursor_is_said_to_be_none(client: httpx.AsyncClient) -> None:
    problem_of(await client.get(f"/ingredients/{UUID(int=9)}", headers=ALICE), 404, "ingredient-not-found")
    problem_of(await client.get("/ingredients/none", headers=ALICE), 404, "ingredient-not-found")
    unknown = await client.put(f"/ingredients/{UUID(int=9)}", headers={**ALICE, "if-match": "*"}, json=KOJI)
    problem_of(unknown, 404, "ingredient-not-found")
    problem_of(await client.get("/ingredients?cursor=%C3%A4", headers=ALICE), 400, "invalid-cursor")
    assert (await client.get("/ingredients?limit=101", headers=ALICE)).status_code == 400


async def test_reading_and_writing_need_their_scopes(client: httpx.AsyncClient) -> None:
    problem_of(await client.get("/ingredients", headers=NOBODY), 403, "insufficient-scope")
    problem_of(await client.post("/ingredients", headers=NOBODY, json=KOJI), 403, "insufficient-scope")
