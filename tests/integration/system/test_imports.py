"""Imports and exports through the running system, with a worker that dies on the way."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from domain.recipe_import import imported_id
from kondate_client import Kondate, Status
from tests.integration.system.parts import RunningSystem, finished, running_system, until
from tests.integration.system.test_faults import pid_of
from tests.support.dirt import BAD, dirty_file, good_line

NDJSON = {"content-type": "application/x-ndjson"}
LONG_SECONDS = 120.0
LEASE = {"KONDATE_LEASE_SECONDS": "6", "KONDATE_VISIBILITY_SECONDS": "6"}
"""A killed worker's job is taken over after so long."""


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A system of its own, where nobody waits a minute for a dead worker."""
    with running_system(tmp_path_factory.mktemp("imports"), settings=LEASE) as system:
        yield system


async def recipes_of(system: RunningSystem, owner: str) -> int:
    """Return how many recipes an owner has."""
    [row] = await system.fetch("SELECT count(*) FROM recipe WHERE owner = $1", owner)
    count: int = row["count"]
    return count


async def begun(client: httpx.AsyncClient, status_url: str) -> dict[str, Any]:
    """Return the job as soon as it has come some way, or to its end."""
    while True:
        job: dict[str, Any] = (await client.get(status_url, headers={"prefer": "wait=5"})).json()
        if "finishedAt" in job or job.get("progress", {}).get("done"):
            return job


@asynccontextmanager
async def claimed(system: RunningSystem, owner: str, identifier: str) -> AsyncIterator[None]:
    """Let an import wait where it comes to this recipe, for as long as the block runs."""
    connection = await asyncpg.connect(system.state()["postgres"]["dsn"])
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "INSERT INTO recipe (id, owner, version, status, document, created_at, updated_at) "
            "VALUES ($1, $2, 1, 'draft', '{}', now(), now())",
            imported_id(owner, identifier),
            owner,
        )
        yield
        await transaction.rollback()
    finally:
        await connection.close()


async def test_a_dirty_file_is_imported_exported_and_known_again(patient: RunningSystem) -> None:
    lines = [*dirty_file(good=300), (good_line(1, name="Quincunx pudding"), None)]
    expected = [number for number, (_, code) in enumerate(lines, start=1) if code is not None]

    async def pieces() -> AsyncIterator[bytes]:
        for line, _ in lines:
            yield line + b"\n"

    async with patient.client(patient.token("importer")) as client:
        accepted = await client.post("/import-recipes", headers=NDJSON, content=pieces())
        assert accepted.status_code == 202, accepted.text
        job = await finished(client, accepted.headers["location"], LONG_SECONDS)
        assert job["status"] == "succeeded", job
        shown = (await client.get(job["resultsUrl"])).json()
        assert [problem["line"] for problem in shown["problems"]] == expected
        assert (shown["refused"], shown["lines"]) == (len(BAD), shown["added"] + len(BAD))
        found = (await client.get("/recipes", params={"q": "quincunx"})).json()["items"]
        assert [item["name"] for item in found] == ["Quincunx pudding"]
        async with patient.client(patient.token("stranger")) as stranger:
            assert (await stranger.get(job["resultsUrl"])).status_code == 404
    assert await recipes_of(patient, "importer") == shown["added"]


def test_the_client_exports_and_imports(patient: RunningSystem) -> None:
    with Kondate(patient.state()["gateway"]["url"], patient.token("mover")) as client:
        client.recipes.import_lines(good_line(1) + b"\n" + good_line(2)).result(LONG_SECONDS)
        lines = client.recipes.export().result(LONG_SECONDS).body
        again = client.recipes.import_lines(lines)
        assert again.wait(LONG_SECONDS).status is Status.SUCCEEDED
        shown = again.result().json()
    assert (shown["added"], shown["known"]) == (0, 2)


async def test_an_import_whose_worker_is_killed_is_done_by_another_and_once(patient: RunningSystem) -> None:
    count = 4_000
    body = b"\n".join(good_line(number) for number in range(count))
    before = pid_of(patient.state(), "worker")
    async with patient.client(patient.token("unlucky")) as client:
        async with claimed(patient, "unlucky", f"good-{count - 1}"):
            accepted = await client.post("/import-recipes", headers=NDJSON, content=body)
            assert "finishedAt" not in await begun(client, accepted.headers["location"])
            os.kill(before, signal.SIGKILL)
            await until(lambda: "worker ended (killed by SIGKILL)" in patient.child.log())
        assert await recipes_of(patient, "unlucky") == 0
        job = await finished(client, accepted.headers["location"], LONG_SECONDS)
        shown = (await client.get(job["resultsUrl"])).json()
    assert job["status"] == "succeeded"
    assert job["attempt"] >= 2
    assert (shown["added"], shown["known"]) == (count, 0)
    assert await recipes_of(patient, "unlucky") == count
