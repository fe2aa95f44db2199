"""Drills: each behaviour, and the mark that it leaves or does not leave."""

import asyncio
from uuid import UUID

import pytest

from application.handlers.run_drill import RunDrillHandler
from application.verdict import Done, Reject, Retry
from domain.commands import RunDrill
from domain.drill import DrillBehaviour
from domain.errors import ForbiddenError
from domain.job import JobStatus
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin
from tests.support.fakes import NotedTrouble


async def drilled(
    behaviour: DrillBehaviour, app: InMemoryApplication | None = None, *, seconds: float = 0
) -> tuple[InMemoryApplication, UUID, object]:
    """Run a drill once; give its job and the verdict."""
    app = app or InMemoryApplication()
    command = RunDrill(drill_id="drill-1", behaviour=behaviour, seconds=seconds)
    job = (await app.bus.defer(command, an_origin(request_id="request-7"))).job
    return app, job.id, await app.run_job.run(job.id)


async def test_a_drill_leaves_one_mark_with_its_attempt_and_request() -> None:
    app, job_id, verdict = await drilled(DrillBehaviour.SUCCEED)
    [mark] = app.tables.drills
    assert verdict == Done()
    assert (mark.drill_id, mark.attempt, mark.request_id) == ("drill-1", 1, "request-7")
    assert app.tables.jobs[job_id].status is JobStatus.SUCCEEDED


async def test_a_busy_drill_computes_for_its_seconds() -> None:
    app, _, _ = await drilled(DrillBehaviour.BUSY, seconds=1.5)
    assert app.trouble.noted == ["compute 1.5"]
    assert len(app.tables.drills) == 1


@pytest.mark.parametrize("behaviour", [DrillBehaviour.FAIL, DrillBehaviour.EXHAUST_MEMORY])
async def test_a_failing_drill_is_tried_again_and_leaves_no_mark(behaviour: DrillBehaviour) -> None:
    app, job_id, verdict = await drilled(behaviour)
    assert isinstance(verdict, Retry)
    assert app.tables.drills == []
    for _ in range(3):
        verdict = await app.run_job.run(job_id)
    assert verdict == Reject(reason="internal-error")
    assert app.tables.jobs[job_id].status is JobStatus.FAILED


async def test_a_crashing_drill_asks_for_its_process_to_be_ended() -> None:
    app, _, _ = await drilled(DrillBehaviour.CRASH)
    assert app.trouble.noted == ["crash"]


async def test_a_hanging_drill_never_ends_by_itself() -> None:
    running = asyncio.create_task(drilled(DrillBehaviour.HANG))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("behaviour", [each for each in DrillBehaviour if each.is_harmful])
async def test_harm_is_refused_where_it_may_not_be_done(behaviour: DrillBehaviour) -> None:
    trouble = NotedTrouble()
    careful = RunDrillHandler(trouble, may_harm=False)
    app, job_id, verdict = await drilled(behaviour, InMemoryApplication(instead=[(RunDrillHandler, careful)]))
    failure = app.tables.jobs[job_id].failure
    assert verdict == Done()
    assert failure is not None
    assert (failure.code, failure.pointer) == ("drill-refused", "/behaviour")
    assert trouble.noted == []


async def test_a_caller_without_the_scope_may_not_drill() -> None:
    app = InMemoryApplication()
    with pytest.raises(ForbiddenError):
        await app.bus.defer(RunDrill(drill_id="drill-1"), an_origin(scopes=frozenset()))
