"""Every replica of the API dies while somebody waits for a job, another follows it, and a third asks for more."""

import asyncio
import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kondate_client import Created, Kondate, Retries, Status
from tests.integration.system.parts import RICE, RunningSystem, until

PATIENT = Retries(attempts=100, longest_seconds=1)
SECONDS = 5
"""Long enough for the job to be at work still when the replicas die."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What each of the three was told; `jobs` is how many there are."""

    waiting: httpx.Response | Exception
    waiting_again: httpx.Response
    states: list[Status]
    added: list[Created]
    owner: str
    jobs: int


class Carol:
    """Waits for a drill under a key of her own."""

    def __init__(self, system: RunningSystem) -> None:
        self.url = system.state()["gateway"]["url"]
        self.token = system.token("carol", "drill:run recipe:read recipe:write")
        self.headers = {"authorization": f"Bearer {self.token}"}

    def wait(self) -> httpx.Response | Exception:
        headers = {**self.headers, "prefer": "wait=30", "idempotency-key": "carols-drill"}
        drill = {"drillId": "waited-for", "seconds": SECONDS}
        try:
            return httpx.post(f"{self.url}/drills", json=drill, headers=headers, timeout=45, trust_env=False)
        except httpx.TransportError as error:
            return error

    def jobs(self) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/jobs", headers=self.headers, trust_env=False)
        return list(answer.json().get("items", []))

    def wait_again(self) -> httpx.Response | None:
        answer = self.wait()
        return answer if isinstance(answer, httpx.Response) and answer.is_success else None


@pytest.fixture(scope="module")
def seen(system: RunningSystem) -> Seen:
    return asyncio.run(_seen(system))


async def _seen(system: RunningSystem) -> Seen:
    carol, told = Carol(system), len(system.child.log())
    states: list[Status] = []
    adding: Future[Created] | None = None
    with ThreadPoolExecutor(2) as others, Kondate(carol.url, carol.token, retries=PATIENT) as client:
        waiting = others.submit(carol.wait)
        [job] = await until(carol.jobs)
        for state in client.jobs.get(job["jobId"]).events():
            states.append(state.status)
            if state.status is Status.RUNNING and adding is None:
                for replica in system.state()["api"]:
                    os.kill(replica["pid"], signal.SIGKILL)
                adding = others.submit(client.recipes.add, RICE, key="carols-rice")
        assert adding is not None
        added = [adding.result(), client.recipes.add(RICE, key="carols-rice")]
        owner = client.recipes.get(added[0].id).json()["owner"]
    waiting_again = await until(carol.wait_again, 50)
    assert waiting_again is not None
    for name in ("api-1", "api-2"):
        await until(lambda name=name: f"{name} is back" in system.child.log()[told:], 30)  # type: ignore[misc]
    return Seen(waiting.result(), waiting_again, states, added, owner, len(carol.jobs()))


def test_who_waits_is_told_that_the_answer_is_lost(seen: Seen) -> None:
    assert isinstance(seen.waiting, Exception) or seen.waiting.status_code >= 500


def test_the_job_goes_on_and_is_found_again_by_its_key(seen: Seen) -> None:
    assert seen.waiting_again.status_code == 204
    assert seen.waiting_again.headers["preference-applied"] == "wait=30"
    assert seen.waiting_again.headers["idempotency-replayed"] == "true"
    assert seen.jobs == 1


def test_who_follows_the_job_sees_its_end(seen: Seen) -> None:
    assert seen.states[-1] is Status.SUCCEEDED


def test_what_is_asked_meanwhile_is_done_once(seen: Seen) -> None:
    assert seen.added[0] == seen.added[1]
    assert seen.owner == "carol"
