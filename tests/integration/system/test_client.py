"""The Python client and `kondate call` against the running system."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from kondate_client import AsyncKondate, Kondate, ProblemError, Retries, Status
from tests.integration.system.conftest import Tokens
from tests.integration.system.parts import RICE, RunningSystem, kondate
from tests.support.processes import PROJECT

README = PROJECT / "clients" / "python" / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


class CountingTransport(httpx.AsyncHTTPTransport):
    """Keeps the status of each answer, those too that the client never shows."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        self.statuses.append(answer.status_code)
        return answer


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


async def test_a_caller_over_its_limit_is_let_through_in_time(system: RunningSystem) -> None:
    """Retry-After is heeded: every report that was asked for is a job in the end, and none is two."""
    transport = CountingTransport()
    patient = Retries(attempts=50)
    url, token = system.state()["gateway"]["url"], system.token("impatient")
    jobs: list[str] = []
    async with AsyncKondate(url, token, retries=patient, transport=transport) as client:
        while 429 not in transport.statuses:
            made = await asyncio.gather(*(client.reports.generate("nutrition-summary") for _ in range(30)))
            jobs += [job.id for job in made]
    assert len(set(jobs)) == len(jobs) == transport.statuses.count(202)


def test_an_answer_that_was_lost_is_found_again_by_its_key(system: RunningSystem, tokens: Tokens) -> None:
    """As a program does that was started again: it knows its key, and no job."""
    url = system.state()["gateway"]["url"]
    with Kondate(url, tokens.alice) as first:
        job = first.reports.generate("nutrition-summary", key="client-resume")
    with Kondate(url, tokens.alice) as second:
        again = second.reports.generate("nutrition-summary", key="client-resume")
        assert again.id == job.id
        assert again.result(30).report["kind"] == "nutrition-summary"


def test_recipes_are_read_page_after_page(client: Kondate) -> None:
    for _ in range(2):
        client.recipes.add(RICE)
    first = client.recipes.page(limit=1)
    second = client.recipes.page(limit=1, cursor=first.next)
    assert first.items[0]["id"] != second.items[0]["id"]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_the_examples_of_the_readme_run_as_they_stand(system: RunningSystem, tokens: Tokens, number: int) -> None:
    code = EXAMPLES[number].replace("http://127.0.0.1:8080", system.state()["gateway"]["url"])
    program = compile(code, f"example {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = await asyncio.to_thread(eval, program, {"token": tokens.alice})
    if running is not None:
        await running


def test_call_prints_a_report_on_stdout_alone(system: RunningSystem) -> None:
    done = kondate("call", "--data-dir", str(system.folder.path), "report", "nutrition-summary")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["report"]["kind"] == "nutrition-summary"


def test_call_tells_a_refusal_in_one_line(system: RunningSystem) -> None:
    done = kondate("call", "--data-dir", str(system.folder.path), "report", "horoscope")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().startswith("Error: 4")
    assert len(done.stderr.strip().splitlines()) == 1


def test_call_finds_recipes_by_what_they_are_free_of(system: RunningSystem, client: Kondate) -> None:
    client.recipes.add(RICE)
    asked = ("call", "--data-dir", str(system.folder.path), "recipes")
    everything = kondate(*asked, "--limit", "100")
    assert "Rice" in {json.loads(line)["name"] for line in everything.stdout.splitlines()}, everything.stderr
    lists = ("--free-from", "milk", "--free-from", "egg", "--free-from-jp", "buckwheat", "--free-from-jp", "salmon-roe")
    free = kondate(*asked, *lists)
    assert free.returncode == 0, free.stderr
    assert set(free.stdout.splitlines()) <= set(everything.stdout.splitlines())
    refused = kondate(*asked, "--free-from-jp", "gluten")
    assert (refused.returncode, refused.stdout) == (1, "")
