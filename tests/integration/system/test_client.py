"""The Python client and `kondate call` against the running system."""

import json
from collections.abc import Iterator

import pytest

from kondate_client import AsyncKondate, Kondate, ProblemError, Status
from tests.integration.system.conftest import Tokens
from tests.integration.system.parts import RICE, RunningSystem, kondate


@pytest.fixture
def client(system: RunningSystem, tokens: Tokens) -> Iterator[Kondate]:
    with Kondate(system.state()["gateway"]["url"], tokens.alice) as client:
        yield client


def test_a_recipe_added_is_read_again(client: Kondate) -> None:
    made = client.recipes.add(RICE)
    assert client.recipes.get(made.id).json()["name"] == "Rice"


def test_the_same_key_makes_one_recipe(client: Kondate) -> None:
    assert client.recipes.add(RICE, key="client-once") == client.recipes.add(RICE, key="client-once")


def test_a_refusal_names_every_field(client: Kondate) -> None:
    with pytest.raises(ProblemError) as caught:
        client.recipes.add({"name": "", "portions": 4})
    assert caught.value.problem.status == 400
    assert caught.value.problem.request_id


def test_a_report_is_one_call(client: Kondate) -> None:
    seen: list[Status] = []
    client.recipes.add(RICE)
    envelope = client.reports.generate("nutrition-summary").result(30, lambda state: seen.append(state.status))
    assert envelope.coverage["lines"] >= 2
    assert seen[-1] is Status.SUCCEEDED


def test_a_job_is_taken_up_by_its_id_and_has_ended_when_it_is_cancelled(client: Kondate) -> None:
    job = client.reports.generate("nutrition-summary")
    assert client.jobs.get(job.id).wait(30).status is Status.SUCCEEDED
    assert job.id in {each.job_id for each in client.jobs.page(limit=50).items}
    with pytest.raises(ProblemError, match="409"):
        job.cancel()


async def test_the_async_client_does_the_same(system: RunningSystem, tokens: Tokens) -> None:
    async with AsyncKondate(system.state()["gateway"]["url"], tokens.alice) as client:
        job = await client.reports.generate("nutrition-summary")
        assert (await job.result(30)).report["kind"] == "nutrition-summary"


def test_call_prints_a_report_on_stdout_alone(system: RunningSystem) -> None:
    done = kondate("call", "--data-dir", str(system.folder.path), "report", "nutrition-summary")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["report"]["kind"] == "nutrition-summary"


def test_call_tells_a_refusal_in_one_line(system: RunningSystem) -> None:
    done = kondate("call", "--data-dir", str(system.folder.path), "report", "horoscope")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().startswith("Error: 4")
    assert len(done.stderr.strip().splitlines()) == 1
