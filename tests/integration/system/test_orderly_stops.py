"""SIGTERM to one process of the running system, as in every release: nobody notices, and nothing is done twice."""

import asyncio
import os
import signal
from collections import Counter
from itertools import count

import httpx

from tests.integration.system.parts import RICE, RunningSystem, finished, until
from tests.integration.system.test_faults import RESTART_SECONDS, pid_of

PAUSE_SECONDS = 0.03
DRILL_SECONDS = 2


async def stopped_in_order(system: RunningSystem, part: str, log: str) -> None:
    """Ask a part to end, and wait until it has ended well and is back."""
    before, told = pid_of(system.state(), part), len(system.child.log())
    os.kill(before, signal.SIGTERM)
    await until(lambda: f"{log} ended (exit code 0); restart in" in system.child.log()[told:], RESTART_SECONDS)
    await until(lambda: f"{log} is back" in system.child.log()[told:], RESTART_SECONDS)
    await until(lambda: pid_of(system.state(), part) != before)


async def test_an_api_process_that_ends_in_order_fails_no_request(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    """Reads and writes alike: what it has begun it finishes, and nothing new is sent to it."""
    token = system.token("steady", "drill:run")
    recipe = (await alice.post("/recipes", json=RICE)).headers["location"]
    reads: Counter[int] = Counter()
    writes: Counter[int] = Counter()
    stopping = asyncio.create_task(stopped_in_order(system, "api", "api-1"))

    async def read() -> None:
        while not stopping.done():
            reads[(await alice.get(recipe)).status_code] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def write() -> None:
        async with system.client(token) as steady:
            for number in count():
                if stopping.done():
                    return
                answer = await steady.post("/drills", json={"drillId": f"steady-{number}"})
                writes[answer.status_code] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(stopping, read(), write())
    assert (set(reads), set(writes)) == ({200}, {202}), (reads, writes)


async def test_a_worker_that_ends_in_order_finishes_what_it_has_begun(system: RunningSystem) -> None:
    async with system.client(system.token("steady", "drill:run")) as steady:
        body = {"drillId": "long", "behaviour": "succeed", "seconds": DRILL_SECONDS}
        url = (await steady.post("/drills", json=body)).headers["location"]
        async with asyncio.timeout(RESTART_SECONDS):
            while (await steady.get(url)).json()["status"] != "running":
                await asyncio.sleep(PAUSE_SECONDS)
        await stopped_in_order(system, "worker", "worker")
        job = await finished(steady, url, RESTART_SECONDS)
    assert (job["status"], job["attempt"]) == ("succeeded", 1)
