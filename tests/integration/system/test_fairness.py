"""One caller's flood on the running system: the others hardly notice it."""

from dataclasses import replace
from datetime import datetime

import pytest

from adapters.postgres.database import Database, open_pool
from adapters.postgres.job_store import PostgresJobStore
from adapters.system import SystemClock, UuidFactory
from adapters.wire.codec import MessageTypes
from domain.commands import RunDrill
from domain.drill import DrillBehaviour
from tests.integration.system.parts import RunningSystem, finished
from tests.support.builders import a_job, an_origin

FLOOD = 1_000
SECONDS_EACH = 0.5
PATIENCE_SECONDS = 120.0
BETWEEN = "SELECT count(*) FROM job WHERE owner = 'flooding' AND finished_at BETWEEN $1 AND $2"
CANCEL = "UPDATE job SET status = 'cancelled', finished_at = now() WHERE owner = 'flooding' AND status = 'queued'"


async def flood(dsn: str) -> None:
    """Accept a thousand jobs of one caller as an API process does, but faster than the gateway would let one ask."""
    clock = SystemClock()
    ids = UuidFactory(clock)
    async with open_pool(dsn, size=4, service="test") as pool:
        jobs = PostgresJobStore(Database(pool, lambda: None, "test"), MessageTypes())
        for number in range(FLOOD):
            drill = RunDrill(drill_id=f"flood-{number}", behaviour=DrillBehaviour.SUCCEED, seconds=SECONDS_EACH)
            job = replace(a_job(command=drill), id=ids.new(), kind="run-drill", created_at=clock.now())
            await jobs.accept(replace(job, origin=an_origin("flooding", request_id=f"flood-{number}")))


@pytest.mark.timeout(240)
async def test_a_flood_of_one_caller_delays_another_by_a_part_of_it_only(system: RunningSystem) -> None:
    """Measured by what is done of the flood while the other's job waits, however slow the machine."""
    try:
        await flood(system.state()["postgres"]["dsn"])
        async with system.client(system.token("patient", "drill:run")) as patient:
            accepted = await patient.post("/drills", json={"drillId": "single"})
            job = await finished(patient, accepted.headers["location"], PATIENCE_SECONDS)
        accepted_at, ended_at = (datetime.fromisoformat(job[name]) for name in ("createdAt", "finishedAt"))
        [meanwhile] = await system.fetch(BETWEEN, accepted_at, ended_at)
    finally:
        await system.fetch(CANCEL)
    assert job["status"] == "succeeded"
    assert meanwhile["count"] < FLOOD / 4
