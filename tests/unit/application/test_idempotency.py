"""The same request twice has one effect and one answer."""

import asyncio
from uuid import UUID

import pytest

from adapters.memory.tables import KeyRow
from application.context import Context
from application.handlers.cancel_job import CancelJobHandler
from application.ports.idempotency import Outcome
from domain.commands import AddRecipe, CancelJob, GenerateReport
from domain.errors import (
    DomainError,
    ForbiddenError,
    IdempotencyMismatchError,
    JobNotFoundError,
    JobTransitionError,
    KeptRefusalError,
)
from domain.job import JobStatus, Reference
from domain.principal import Principal
from domain.report import ReportKind
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, a_key, an_origin

ADD = AddRecipe(content=a_content())
REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


async def test_executed_request_is_answered_from_its_record() -> None:
    app = InMemoryApplication()
    first = await app.bus.execute(ADD, an_origin(), a_key())
    second = await app.bus.execute(ADD, an_origin(), a_key())
    assert (second.reference, second.is_replay) == (first.reference, True)
    assert len(app.tables.recipes) == 1


async def test_deferred_request_gives_the_same_job() -> None:
    app = InMemoryApplication()
    first = await app.bus.defer(REPORT, an_origin(), a_key())
    second = await app.bus.defer(REPORT, an_origin(), a_key())
    assert second.job.id == first.job.id
    assert len(app.tables.jobs) == len(app.tables.outbox) == 1


async def test_refusal_is_told_again_as_it_was() -> None:
    app = InMemoryApplication()
    cancel = CancelJob(job_id=(await app.bus.defer(REPORT, an_origin())).job.id)
    await app.bus.execute(cancel, an_origin())
    with pytest.raises(JobTransitionError) as first:
        await app.bus.execute(cancel, an_origin(), a_key())
    with pytest.raises(KeptRefusalError) as second:
        await app.bus.execute(cancel, an_origin(), a_key())
    assert _told(second.value) == _told(first.value)


async def test_refusal_for_want_of_permission_is_not_kept() -> None:
    """Permissions change: the same request may be allowed a moment later."""

    class ForbiddingHandler:
        async def handle(self, _command: CancelJob, _context: Context) -> Reference:
            raise ForbiddenError("Not yours.")

    app = InMemoryApplication(instead=[(CancelJobHandler, ForbiddingHandler())])
    with pytest.raises(ForbiddenError):
        await app.bus.execute(CancelJob(job_id=UUID(int=7)), an_origin(), a_key())
    assert not app.tables.keys


async def test_other_request_under_the_same_key_is_refused_and_does_nothing() -> None:
    app = InMemoryApplication()
    await app.bus.execute(ADD, an_origin(), a_key())
    with pytest.raises(IdempotencyMismatchError):
        await app.bus.execute(ADD, an_origin(), a_key(fingerprint="other"))
    assert len(app.tables.recipes) == 1


async def test_many_requests_at_once_have_one_effect() -> None:
    app = InMemoryApplication()
    outcomes = await asyncio.gather(
        *(app.bus.execute(ADD, an_origin(), a_key()) for _ in range(50)), return_exceptions=True
    )
    assert len(app.tables.recipes) == 1
    assert sum(not isinstance(outcome, BaseException) and not outcome.is_replay for outcome in outcomes) == 1


async def test_waiting_job_is_cancelled_at_once() -> None:
    app = InMemoryApplication()
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.bus.execute(CancelJob(job_id=job.id), an_origin())
    assert app.tables.jobs[job.id].status is JobStatus.CANCELLED


async def test_foreign_job_cannot_be_cancelled_or_known_of() -> None:
    app = InMemoryApplication()
    job = (await app.bus.defer(REPORT, an_origin("alice"))).job
    with pytest.raises(JobNotFoundError):
        await app.bus.execute(CancelJob(job_id=job.id), an_origin("bob"))


async def test_operator_cancels_any_job() -> None:
    app = InMemoryApplication()
    job = (await app.bus.defer(REPORT, an_origin("alice"))).job
    operator = an_origin("carol", principal=Principal(subject="carol", roles=frozenset({"operator"})))
    await app.bus.execute(CancelJob(job_id=job.id), operator)
    assert app.tables.jobs[job.id].status is JobStatus.CANCELLED


def _told(error: DomainError) -> tuple[object, ...]:
    return error.code, error.kind, error.detail, error.pointer


async def test_refusal_gives_way_to_what_the_same_request_did_meanwhile() -> None:
    """Between the end of a refused request and the keeping of its refusal, a rival may have succeeded."""

    class OvertakenHandler:
        async def handle(self, _command: CancelJob, _context: Context) -> Reference:
            app.tables.keys[(a_key().scope, a_key().key)] = KeyRow(
                a_key().fingerprint, None, Outcome(reference=won), app.clock.now()
            )
            raise JobTransitionError("The job is cancelled.")

    won = Reference(resource="job", id=UUID(int=7))
    app = InMemoryApplication(instead=[(CancelJobHandler, OvertakenHandler())])
    execution = await app.bus.execute(CancelJob(job_id=UUID(int=7)), an_origin(), a_key())
    assert (execution.reference, execution.is_replay) == (won, True)


async def test_idle_board_asks_nothing() -> None:
    await InMemoryApplication().board.watch()
