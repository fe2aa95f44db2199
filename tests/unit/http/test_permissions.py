"""Who may change what, is decided behind the door: at once and as a job the answer is the same."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from domain.commands import ReviseCatalogue
from tests.support.builders import an_origin
from tests.support.contracts.unit_of_work import an_ingredient
from tests.support.http import ALICE, BOB, EDITOR, RICE, InMemoryApi, problem_of

DRAFT = {**RICE, "status": "draft"}
PRICES = {
    "name": "Market",
    "currency": "EUR",
    "prices": [{"ingredient": "rice", "supplier": "Market", "packGrams": 500, "price": 2, "validFrom": "2026-01-01"}],
}
PLAN = {"name": "Week 2", "meals": [{"day": "2026-01-05", "recipeId": str(UUID(int=1)), "servings": 2}]}
KOJI = {"name": "koji", "source": "weighed"}
CHANGES = [
    ("PUT", "/recipes", RICE, "", RICE, "not-owner"),
    ("POST", "/recipes", RICE, "/archive", None, "not-owner"),
    ("DELETE", "/recipes", RICE, "", None, "not-owner"),
    ("PUT", "/recipes", DRAFT, "", RICE, "recipe-not-found"),
    ("PUT", "/price-lists", PRICES, "", PRICES, "price-list-not-found"),
    ("PUT", "/menu-plans", PLAN, "", PLAN, "menu-plan-not-found"),
    ("PUT", "/ingredients", KOJI, "", KOJI, "not-owner"),
]
STATUS = {"not-owner": 403}


@pytest.mark.parametrize(("method", "path", "body", "below", "changed", "code"), CHANGES)
async def test_at_once_and_as_a_job_the_same_callers_may(  # noqa: PLR0913, PLR0917 (one argument a column)
    client: httpx.AsyncClient,
    api: InMemoryApi,
    method: str,
    path: str,
    body: dict[str, Any],
    below: str,
    changed: dict[str, Any] | None,
    code: str,
) -> None:
    await api.application.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())
    added = await client.post(path, headers=ALICE, json=body)
    assert added.status_code == 201, added.text
    url, headers = f"{added.headers['location']}{below}", {"if-match": '"1"'}

    refused = await client.request(method, url, headers={**BOB, **headers}, json=changed)
    status = STATUS.get(code, 404)
    problem_of(refused, status, code)

    async def as_job(caller: dict[str, str]) -> dict[str, Any]:
        asked = {**caller, **headers, "prefer": "respond-async"}
        accepted = await client.request(method, url, headers=asked, json=changed)
        assert accepted.status_code == 202, accepted.text
        await api.application.run_job.run(UUID(accepted.json()["jobId"]))
        job: dict[str, Any] = (await client.get(accepted.headers["location"], headers=caller)).json()
        return job

    failed = await as_job(BOB)
    assert (failed["status"], failed["problem"]["status"]) == ("failed", status)
    assert failed["problem"]["type"].endswith(f"/{code}")
    if body is not DRAFT:
        assert (await as_job(EDITOR))["status"] == "succeeded"
