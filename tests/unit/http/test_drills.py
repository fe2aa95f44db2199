"""Drills over HTTP."""

import httpx
import pytest

from domain.commands import RunDrill
from domain.drill import DrillBehaviour
from tests.support.http import ALICE, InMemoryApi, problem_of


async def test_a_drill_is_accepted_as_a_job(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    body = {"drillId": "check-1", "behaviour": "busy", "seconds": 0.5}
    answer = await client.post("/drills", headers=ALICE, json=body)
    [job] = api.application.tables.jobs.values()
    assert answer.status_code == 202
    assert answer.json()["statusUrl"] == f"/jobs/{job.id}"
    assert job.command == RunDrill(drill_id="check-1", behaviour=DrillBehaviour.BUSY, seconds=0.5)


@pytest.mark.parametrize("body", [{"drillId": ""}, {"drillId": "a", "seconds": 61}, {"drillId": "a", "behaviour": "x"}])
async def test_a_drill_outside_its_bounds_is_refused(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await client.post("/drills", headers=ALICE, json=body)
    problem_of(answer, 400, "validation-failed")


async def test_production_has_no_drills(api: InMemoryApi) -> None:
    async with api.client(with_docs=False) as client:
        answer = await client.post("/drills", headers=ALICE, json={"drillId": "check-1"})
    problem_of(answer, 404, "not-found")
