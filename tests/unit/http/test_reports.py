"""Reports over HTTP: asked for, and read."""

from uuid import UUID

import httpx
import pytest

from domain.commands import GenerateReport
from domain.report import RecipeSelection, ReportKind
from tests.support.http import ALICE, BOB, REPORT, RICE, InMemoryApi, problem_of

RECIPE = UUID("01920000-0000-7000-8000-00000000abcd")


async def a_finished_report(client: httpx.AsyncClient, api: InMemoryApi) -> str:
    """Have a report made and return its address."""
    await client.post("/recipes", headers=ALICE, json=RICE)
    accepted = (await client.post("/generate-report", headers=ALICE, json=REPORT)).json()
    await api.application.run_job.run(UUID(accepted["jobId"]))
    job = await client.get(accepted["statusUrl"], headers=ALICE)
    url: str = job.json()["resultsUrl"]
    return url


async def test_a_report_is_accepted_with_where_and_when_to_look(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.post("/generate-report", headers=ALICE, json=REPORT)
    [job_id] = api.application.tables.jobs
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{job_id}"
    assert answer.headers["retry-after"] == "1"
    assert answer.json() == {"jobId": str(job_id), "status": "queued", "statusUrl": f"/jobs/{job_id}"}


async def test_an_accepted_report_is_kept_with_its_announcement(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    await client.post("/generate-report", headers={**ALICE, "x-request-id": "request-0007"}, json=REPORT)
    [job] = api.application.tables.jobs.values()
    [row] = api.application.tables.outbox
    assert job.owner == "alice"
    assert job.origin.request_id == row.message.request_id == "request-0007"
    assert row.message.id == str(job.id)


async def test_parameters_say_which_recipes_are_covered(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    parameters = {"recipeIds": [str(RECIPE)], "category": "Side dish", "tag": "毎日"}
    answer = await client.post("/generate-report", headers=ALICE, json={**REPORT, "parameters": parameters})
    [job] = api.application.tables.jobs.values()
    assert answer.status_code == 202
    assert job.command == GenerateReport(
        kind=ReportKind.NUTRITION_SUMMARY,
        parameters=RecipeSelection(recipe_ids=(RECIPE,), category="Side dish", tag="毎日"),
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "horoscope"}, "/kind"),
        ({**REPORT, "owner": "bob"}, "/owner"),
        ({**REPORT, "parameters": None}, "/parameters"),
        ({**REPORT, "parameters": {"tag": 7, "months": 12}}, "/parameters/months"),
        ({"kind": "cost-trend", "parameters": {"fromMonth": "2026-01"}}, "/parameters/priceListId"),
        ({"kind": "purchasing-list", "parameters": {"menuPlanId": "mine"}}, "/parameters/menuPlanId"),
        ({**REPORT, "parameters": {"recipeIds": [str(RECIPE), "seven"]}}, "/parameters/recipeIds/1"),
        ({**REPORT, "parameters": {"recipeIds": [f"{{{RECIPE}}}"]}}, "/parameters/recipeIds/0"),
    ],
)
async def test_a_report_that_cannot_be_made_is_refused_at_once(
    client: httpx.AsyncClient, api: InMemoryApi, body: object, pointer: str
) -> None:
    answer = await client.post("/generate-report", headers=ALICE, json=body)
    faults = problem_of(answer, 400, "validation-failed")["errors"]
    assert [fault["pointer"] for fault in faults][:1] == [pointer]
    assert api.stored() == 0


A_LIST = str(UUID(int=7))


@pytest.mark.parametrize(
    ("kind", "parameters", "pointer"),
    [
        ("nutrition-summary", {"tag": ""}, "/parameters/tag"),
        ("nutrition-summary", {"recipeIds": [str(RECIPE)] * 1_001}, "/parameters/recipeIds"),
        ("allergen-matrix", {"rows": 10_001}, "/parameters/rows"),
        ("ingredient-affinity", {"minimumRecipes": 0}, "/parameters/minimumRecipes"),
        ("cost-trend", {"priceListId": A_LIST, "fromMonth": "2026-13"}, "/parameters/fromMonth"),
        ("cost-trend", {"priceListId": A_LIST, "fromMonth": "2026-01", "months": 0}, "/parameters/months"),
        (
            "purchasing-list",
            {"menuPlanId": A_LIST, "fromDay": "2026-02-01", "toDay": "2026-01-31"},
            "/parameters/toDay",
        ),
    ],
)
async def test_parameters_that_break_a_rule_are_refused_before_anything_is_stored(
    client: httpx.AsyncClient, api: InMemoryApi, kind: str, parameters: object, pointer: str
) -> None:
    answer = await client.post("/generate-report", headers=ALICE, json={"kind": kind, "parameters": parameters})
    [fault] = problem_of(answer, 422, "invalid-report")["errors"]
    assert fault["pointer"] == pointer
    assert api.stored() == 0


async def test_a_finished_report_is_read_by_its_owner(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.get(await a_finished_report(client, api), headers=ALICE)
    assert answer.status_code == 200
    assert answer.json()["summary"]["recipes"] == 1
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"


async def test_a_report_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    url = await a_finished_report(client, api)
    etag = (await client.get(url, headers=ALICE)).headers["etag"]
    answer = await client.get(url, headers={**ALICE, "if-none-match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_the_same_report_over_what_has_not_changed_is_reused_and_said_to_be(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    url = await a_finished_report(client, api)
    accepted = (await client.post("/generate-report", headers=ALICE, json=REPORT)).json()
    await api.application.run_job.run(UUID(accepted["jobId"]))
    job = (await client.get(accepted["statusUrl"], headers=ALICE)).json()
    assert (job["resultsUrl"], job["resultsReused"]) == (url, True)
    first = [each for each in (await client.get("/jobs", headers=ALICE)).json()["items"] if each["resultsUrl"] == url]
    assert [each.get("resultsReused", False) for each in first] == [True, False]


async def test_a_foreign_report_looks_like_none(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    foreign = await client.get(await a_finished_report(client, api), headers=BOB)
    missing = await client.get(f"/reports/{UUID(int=7)}", headers=BOB)
    different = {"instance", "requestId"}
    told = [problem_of(answer, 404, "report-not-found") for answer in (foreign, missing)]
    assert {name: told[0][name] for name in told[0].keys() - different} == {
        name: told[1][name] for name in told[1].keys() - different
    }
