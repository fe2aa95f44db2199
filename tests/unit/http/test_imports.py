"""Imports and exports over HTTP: what is taken, what is refused, and what became of each line."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from application.verdict import Done
from domain.recipe import RecipeStatus
from domain.recipe_import import LONGEST_LINE_BYTES
from entrypoints.http.app import create_app
from entrypoints.http.routes.imports import IMPORTING
from tests.support.dirt import BAD, ODD, dirty_file, good_line
from tests.support.http import ALICE, BOB, InMemoryApi, problem_of

NDJSON = {"content-type": "application/x-ndjson"}


async def imported(api: InMemoryApi, client: httpx.AsyncClient, body: bytes, **headers: str) -> dict[str, Any]:
    """Import lines as Alice and return what became of them."""
    return await result(api, client, await sent(client, body, **headers))


async def sent(client: httpx.AsyncClient, body: bytes, query: str = "", **headers: str) -> httpx.Response:
    """Send lines as Alice."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/import-recipes{query}", headers={**ALICE, **NDJSON, **named}, content=body)


async def result(api: InMemoryApi, client: httpx.AsyncClient, accepted: httpx.Response) -> dict[str, Any]:
    """Run the job that was accepted and return its result."""
    shown = (await client.get(await results_url(api, client, accepted), headers=ALICE)).json()
    assert isinstance(shown, dict)
    return shown


async def results_url(api: InMemoryApi, client: httpx.AsyncClient, accepted: httpx.Response) -> str:
    """Run the job that was accepted and return where its result is."""
    assert accepted.status_code == 202, accepted.text
    [job_id] = [job_id for job_id in api.application.tables.jobs if str(job_id) == accepted.json()["jobId"]]
    assert await api.application.run_job.run(job_id) == Done()
    job = (await client.get(accepted.headers["location"], headers=ALICE)).json()
    assert job["status"] == "succeeded", job
    return str(job["resultsUrl"])


async def test_good_lines_are_kept_and_bad_ones_listed_by_number(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    lines = list(dirty_file(good=40))
    shown = await imported(api, client, b"\n".join(line for line, _ in lines) + b"\n")
    expected = [(number, code) for number, (_, code) in enumerate(lines, start=1) if code is not None]
    assert [(problem["line"], problem["code"]) for problem in shown["problems"]] == expected
    kept = 1 + len(ODD) + 40
    assert (shown["added"], shown["refused"], shown["known"]) == (kept, len(BAD), 0)
    assert shown["lines"] == kept + len(BAD)
    assert len(api.application.tables.recipes) == kept
    assert len(api.application.tables.projections) == kept


async def test_a_line_that_breaks_a_rule_says_which_field(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    shown = await imported(api, client, b'{"@type": "Recipe", "name": "Rice"}')
    [problem] = shown["problems"]
    assert (problem["line"], problem["code"], problem["pointer"]) == (1, "invalid-recipe", "/recipeIngredient")


async def test_the_refused_lines_come_as_lines_too(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    url = await results_url(api, client, await sent(client, good_line(1) + b"\nx\ny\n"))
    answer = await client.get(url, headers={**ALICE, "accept": "application/x-ndjson"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["line"] for line in answer.text.splitlines()] == [2, 3]
    known = {**ALICE, "accept": "application/x-ndjson", "if-none-match": answer.headers["etag"]}
    assert (await client.get(url, headers=known)).status_code == 304
    assert (await client.get(url, headers={**ALICE, "accept": "text/csv"})).status_code == 406


async def test_an_import_belongs_to_whoever_asked_for_it(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    url = await results_url(api, client, await sent(client, good_line()))
    problem_of(await client.get(url, headers=BOB), 404, "import-not-found")
    problem_of(await client.get("/imports/nonsense", headers=BOB), 404, "import-not-found")


async def test_the_same_recipes_are_not_imported_twice(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    unnamed = b'{"name": "Soup", "recipeIngredient": ["1 l water"]}'
    body = b"\n".join([good_line(1), good_line(2), good_line(1, name="Another"), unnamed])
    first = await imported(api, client, body)
    again = await imported(api, client, body)
    assert (first["added"], first["known"]) == (3, 1)
    assert (again["added"], again["known"]) == (0, 4)
    assert {recipe.content.name for recipe in api.application.tables.recipes.values()} == {
        "Rice no. 1",
        "Rice no. 2",
        "Soup",
    }


async def test_the_same_key_imports_once(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    first = await sent(client, good_line(1), idempotency_key="import-1")
    again = await sent(client, good_line(1), idempotency_key="import-1")
    other = await sent(client, good_line(2), idempotency_key="import-1")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    problem_of(other, 422, "idempotency-key-reused")
    assert len(api.application.tables.jobs) == 1
    assert len(api.application.tables.uploads) == 1
    assert (await result(api, client, again))["added"] == 1


async def test_how_the_client_wants_to_be_answered_is_heeded(client: httpx.AsyncClient) -> None:
    answer = await sent(client, good_line(1), prefer="respond-async")
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")


async def test_drafts_stay_drafts(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    lines = [good_line(1), good_line(2, creativeWorkStatus="Draft"), good_line(3, creativeWorkStatus="Archived")]
    await imported(api, client, b"\n".join(lines))
    await result(api, client, await sent(client, good_line(4), "?status=draft"))
    found = {recipe.content.name: recipe.status for recipe in api.application.tables.recipes.values()}
    assert found == {
        "Rice no. 1": RecipeStatus.PUBLISHED,
        "Rice no. 2": RecipeStatus.DRAFT,
        "Rice no. 3": RecipeStatus.ARCHIVED,
        "Rice no. 4": RecipeStatus.DRAFT,
    }


async def test_an_import_of_nothing_is_empty(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    for body in (b"", b"\n\n \r\n"):
        shown = await imported(api, client, body)
        assert (shown["lines"], shown["problems"]) == (0, [])


async def test_what_was_imported_is_kept_no_longer_as_an_upload(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    await imported(api, client, good_line())
    assert not api.application.tables.uploads


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "application/x-ndjson; charset=utf-16"},
        {**NDJSON, "content-encoding": "gzip"},
    ],
)
async def test_other_forms_are_refused(api: InMemoryApi, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/import-recipes", headers={**ALICE, **headers}, content=good_line())
    problem_of(answer, 415, "unsupported-media-type")
    assert not api.application.tables.uploads


async def test_a_body_over_the_limit_is_refused_and_leaves_nothing(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    block = b"a" * 65_535 + b"\n"

    async def lines() -> Any:  # noqa: ANN401 (an asynchronous iterator)
        for _ in range(IMPORTING.body_limit_bytes // len(block) + 1):
            yield block

    answer = await client.post("/import-recipes", headers={**ALICE, **NDJSON}, content=lines())
    problem_of(answer, 413, "content-too-large")
    assert not api.application.tables.uploads
    assert not api.application.tables.jobs


async def test_more_lines_than_one_import_may_have_are_refused(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    problem_of(await sent(client, b"\n" * 1_000_001), 413, "content-too-large")
    assert not api.application.tables.uploads


async def test_a_callers_waiting_imports_are_bounded(client: httpx.AsyncClient) -> None:
    for _ in range(20):
        assert (await sent(client, good_line())).status_code == 202
    refused = await sent(client, good_line())
    problem_of(refused, 429, "quota-exceeded")
    assert int(refused.headers["retry-after"]) > 0


async def test_a_key_that_is_none_is_told_before_anything_is_read(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    problem_of(await sent(client, good_line(), idempotency_key="no spaces please"), 400, "invalid-idempotency-key")
    assert not api.application.tables.uploads


async def test_lines_of_any_length_keep_their_numbers(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    room = LONGEST_LINE_BYTES - len(good_line(3, description=""))
    longest = good_line(3, description="a" * room)
    assert len(longest) == LONGEST_LINE_BYTES
    lines = [b"x" * 1_000_000, good_line(1), b"", b"y" * (LONGEST_LINE_BYTES + 1), longest, b"z", good_line(2)]
    shown = await imported(api, client, b"\n".join(lines))
    assert [problem["line"] for problem in shown["problems"]] == [1, 4, 6]
    assert shown["added"] == 3


async def test_an_export_is_imported_again_as_it_was(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    recipe = {
        "name": "Onigiri",
        "ingredients": [
            {"title": "For the rice", "lines": ["300 g rice", "360 ml water"]},
            {"lines": ["1 umeboshi"]},
        ],
        "steps": ["Cook the rice.", "Shape it."],
        "yield": {"amount": 2.5, "unit": "portions"},
        "category": "Side dish",
        "cuisine": "Japanese",
        "tags": ["quick", "お弁当"],
        "prepMinutes": 5,
        "cookMinutes": 61,
        "language": "ja",
        "source": "https://example.org/onigiri",
        "licence": "CC0",
        "description": "Rice to take along.",
    }
    plain = {"name": "Salt", "ingredients": [{"lines": ["salt"]}], "status": "draft"}
    for body in (recipe, plain):
        assert (await client.post("/recipes", headers=ALICE, json=body)).status_code == 201
    exported = await client.get(await export(api, client, {}), headers=ALICE)
    assert exported.headers["content-type"] == "application/x-ndjson"
    known = {found.content.name: (found.content, found.status) for found in api.application.tables.recipes.values()}
    assert (await imported(api, client, exported.content))["known"] == 2
    api.application.tables.recipes.clear()
    assert (await imported(api, client, exported.content))["added"] == 2
    again = {found.content.name: (found.content, found.status) for found in api.application.tables.recipes.values()}
    assert again == known


async def test_an_export_holds_what_was_selected(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    for headers, name, tags in ((ALICE, "Rice", ["a"]), (ALICE, "Bread", ["b"]), (BOB, "Cake", ["a"])):
        body = {"name": name, "ingredients": [{"lines": ["salt"]}], "tags": tags}
        assert (await client.post("/recipes", headers=headers, json=body)).status_code == 201
    assert await names(api, client, {}) == {"Rice", "Bread"}
    assert await names(api, client, {"tag": "a"}) == {"Rice"}
    assert await names(api, client, {"of": "published", "tag": "a"}) == {"Rice", "Cake"}
    assert await names(api, client, {"of": "published", "category": "Soup"}) == set()


async def test_an_export_belongs_to_whoever_asked_for_it(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    url = await export(api, client, {})
    etag = (await client.get(url, headers=ALICE)).headers["etag"]
    assert (await client.get(url, headers={**ALICE, "if-none-match": etag})).status_code == 304
    problem_of(await client.get(url, headers=BOB), 404, "export-not-found")
    problem_of(await client.get("/exports/nonsense", headers=ALICE), 404, "export-not-found")


@pytest.mark.parametrize(
    ("asked", "status", "pointer"),
    [
        ({"of": "everything"}, 400, "/of"),
        ({"recipeIds": ["x"]}, 400, "/recipeIds/0"),
        ({"format": "csv"}, 400, "/format"),
        ({"recipeIds": ["00000000-0000-7000-8000-000000000000"] * 1_001}, 422, "/recipeIds"),
        ({"tag": ""}, 422, "/tag"),
        ({"category": "a" * 201}, 422, "/category"),
    ],
)
async def test_what_is_asked_wrongly_is_refused_at_once(
    api: InMemoryApi, client: httpx.AsyncClient, asked: dict[str, object], status: int, pointer: str
) -> None:
    answer = await client.post("/export-recipes", headers=ALICE, json=asked)
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not api.application.tables.jobs


async def export(api: InMemoryApi, client: httpx.AsyncClient, asked: dict[str, object]) -> str:
    """Export as Alice and return where the lines are."""
    return await results_url(api, client, await client.post("/export-recipes", headers=ALICE, json=asked))


async def names(api: InMemoryApi, client: httpx.AsyncClient, asked: dict[str, object]) -> set[str]:
    """Export as Alice and return the names of the recipes."""
    lines = (await client.get(await export(api, client, asked), headers=ALICE)).text.splitlines()
    return {json.loads(line)["name"] for line in lines}


async def test_of_a_body_that_breaks_off_nothing_stays(api: InMemoryApi) -> None:
    coming: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": good_line(1), "more_body": True}, {"type": "http.disconnect"}]
    )
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    headers = [(name.encode(), value.encode()) for name, value in {**ALICE, **NDJSON}.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/import-recipes",
        "raw_path": b"/import-recipes",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("api", 80),
    }
    app: Any = create_app(api.parts(), with_docs=False)
    await app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert not api.application.tables.uploads
    assert not api.application.tables.jobs
