"""`fields`: only the members that a client asks for."""

import httpx
import pytest

from tests.support.http import ALICE, REPORT, RICE, problem_of


@pytest.fixture
async def place(client: httpx.AsyncClient) -> str:
    return (await client.post("/recipes", headers=ALICE, json=RICE)).headers["location"]


async def test_a_recipe_is_shown_with_these_members_as_they_are(client: httpx.AsyncClient, place: str) -> None:
    whole = (await client.get(place, headers=ALICE)).json()
    answer = await client.get(f"{place}?fields=steps,id,%20name,yield", headers=ALICE)
    assert answer.json() == {name: whole[name] for name in ("id", "name", "steps")}


async def test_a_part_has_the_version_of_the_whole(client: httpx.AsyncClient, place: str) -> None:
    part = await client.get(f"{place}?fields=name", headers=ALICE)
    changed = await client.put(place, headers={**ALICE, "if-match": part.headers["etag"]}, json=RICE)
    assert changed.status_code == 200


async def test_lists_show_these_members_on_every_page(client: httpx.AsyncClient) -> None:
    for name in ("Rice", "Gruel"):
        await client.post("/recipes", headers=ALICE, json={**RICE, "name": name})
        await client.post("/generate-report", headers=ALICE, json=REPORT)
    for path, field in (("/recipes", "name"), ("/jobs", "status")):
        first = await client.get(f"{path}?fields={field}&limit=1", headers=ALICE)
        second = await client.get(first.links["next"]["url"], headers=ALICE)
        assert [[*item] for page in (first, second) for item in page.json()["items"]] == [[field], [field]]


@pytest.mark.parametrize("path", ["/recipes", "/jobs", "/recipe"])
@pytest.mark.parametrize("fields", ["secret", "", "id,", "id;name", "Id"])
async def test_a_member_that_there_is_not_is_refused_by_name(
    client: httpx.AsyncClient, place: str, path: str, fields: str
) -> None:
    asked = place if path == "/recipe" else path
    problem = problem_of(await client.get(asked, headers=ALICE, params={"fields": fields}), 400, "unknown-field")
    assert "createdAt" in problem["detail"]
