"""One delivery of a job: what is committed together, and what becomes of the message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from application.bus import Handler
from application.company import Company
from application.context import Context
from application.handlers.generate_report import GenerateReportHandler
from application.ports.jobs import ClaimTerms
from application.ports.unit_of_work import Transaction, UnitOfWork
from application.run_job import ELSEWHERE_DELAY_SECONDS, HELD_DELAY_SECONDS
from application.verdict import Done, Leave, Reject, Retry
from domain.commands import CancelJob, GenerateReport
from domain.errors import InvalidReportError
from domain.events import JobCancelled, JobSucceeded
from domain.job import MOST_LOST_IN_COMPANY, Job, JobStatus, Origin, Progress, Reference
from domain.report import ReportKind
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin
from tests.support.fakes import FixedChance

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


@dataclass
class ScriptedHandler:
    """Raises what it was given, once for each attempt, then succeeds."""

    errors: list[Exception] = field(default_factory=list)

    async def handle(self, _command: GenerateReport, context: Context) -> Reference:
        await context.progress.report(1, 2)
        if self.errors:
            raise self.errors.pop(0)
        return Reference(resource="report", id=UUID(int=1))


@dataclass
class WaitingHandler:
    """Runs until it is told to end, and says when it has begun."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, _command: GenerateReport, _context: Context) -> None:
        self.begun.set()
        await self.may_end.wait()


def application(handler: Handler) -> InMemoryApplication:
    return InMemoryApplication(instead=[(GenerateReportHandler, handler)])


async def shown(app: InMemoryApplication, job: Job) -> Job:
    found = await app.jobs.get(job.id, owner="alice")
    assert found is not None
    return found


async def test_success_commits_result_and_event_together() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert await app.run_job.run(job.id) == Done()
    ended = await shown(app, job)
    assert (ended.status, ended.result) == (JobStatus.SUCCEEDED, Reference(resource="report", id=UUID(int=1)))
    assert [type(event) for event in app.tables.events] == [JobSucceeded]


async def test_refusal_fails_the_job_with_its_problem() -> None:
    app = application(ScriptedHandler([InvalidReportError("No.", pointer="/kind")]))
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert await app.run_job.run(job.id) == Done()
    ended = await shown(app, job)
    assert ended.status is JobStatus.FAILED
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.pointer) == ("invalid-report", "/kind")


async def test_failing_attempt_goes_back_to_the_queue() -> None:
    app = application(ScriptedHandler([RuntimeError()]))
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert isinstance(await app.run_job.run(job.id), Retry)
    assert (await shown(app, job)).status is JobStatus.QUEUED
    assert await app.run_job.run(job.id) == Done()
    assert (await shown(app, job)).attempt == 2


async def test_last_attempt_fails_the_job_and_its_message_is_dead() -> None:
    app = application(ScriptedHandler([RuntimeError()] * 5))
    job = (await app.bus.defer(REPORT, an_origin())).job
    verdicts = [await app.run_job.run(job.id) for _ in range(5)]
    assert verdicts[-1] == Reject(reason="internal-error")
    assert (await shown(app, job)).status is JobStatus.FAILED


async def test_job_is_not_lost_through_what_ran_beside_it() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    for _ in range(MOST_LOST_IN_COMPANY):
        await app.jobs.claim(job.id, ClaimTerms(lease_seconds=-1))
    assert await app.run_job.run(job.id) == Done()
    assert (await shown(app, job)).status is JobStatus.SUCCEEDED
    assert "job.alone" in [name for name, _ in app.telemetry.events]


async def test_job_waits_elsewhere_while_another_is_alone_here() -> None:
    app = application(ScriptedHandler())
    app.run_job = replace(app.run_job, company=Company(patience_seconds=0.01))
    job = (await app.bus.defer(REPORT, an_origin())).job
    async with app.run_job.company.alone():
        assert isinstance(await app.run_job.run(job.id), Retry)
    assert (await shown(app, job)).attempt == 0


async def test_suspect_waits_elsewhere_while_others_work_here_for_long() -> None:
    app = application(ScriptedHandler())
    app.run_job = replace(app.run_job, company=Company(patience_seconds=0.01))
    job = (await app.bus.defer(REPORT, an_origin())).job
    for _ in range(MOST_LOST_IN_COMPANY):
        await app.jobs.claim(job.id, ClaimTerms(lease_seconds=-1))
    with app.run_job.company.together():
        assert await app.run_job.run(job.id) == Retry(delay_seconds=ELSEWHERE_DELAY_SECONDS)
    assert (await shown(app, job)).attempt == MOST_LOST_IN_COMPANY
    assert await app.run_job.run(job.id) == Done()


async def test_suspect_that_another_worker_took_is_left_to_it() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    for _ in range(MOST_LOST_IN_COMPANY):
        await app.jobs.claim(job.id, ClaimTerms(lease_seconds=-1, is_alone=True))
    with app.run_job.company.together():
        waiting = asyncio.create_task(app.run_job.run(job.id))
        await asyncio.sleep(0)
        await app.jobs.claim(job.id, ClaimTerms(lease_seconds=60, is_alone=True))
    assert await waiting == Retry(delay_seconds=HELD_DELAY_SECONDS)


async def test_job_whose_every_attempt_was_lost_ends_as_worker_lost() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    for _ in range(job.max_attempts + MOST_LOST_IN_COMPANY):
        await app.jobs.claim(job.id, ClaimTerms(lease_seconds=-1, is_alone=True))
    assert await app.run_job.run(job.id) == Reject(reason="worker-lost")
    ended = await shown(app, job)
    assert ended.failure is not None
    assert ended.failure.code == "worker-lost"


async def test_worker_that_lost_its_lease_leaves_everything_as_it_is() -> None:
    handler = WaitingHandler()
    app = application(handler)
    job = (await app.bus.defer(REPORT, an_origin())).job
    slow = asyncio.create_task(app.run_job.run(job.id))
    await handler.begun.wait()
    app.clock.advance(61)
    await app.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
    handler.may_end.set()
    assert await slow == Leave()
    current = await shown(app, job)
    assert (current.status, current.attempt) == (JobStatus.RUNNING, 2)


async def test_failing_worker_that_lost_its_lease_leaves_everything_too() -> None:
    @dataclass
    class LosingHandler:
        app: InMemoryApplication | None = None

        async def handle(self, _command: GenerateReport, _context: Context) -> None:
            assert self.app is not None
            self.app.clock.advance(61)
            await self.app.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
            raise RuntimeError

    handler = LosingHandler()
    app = application(handler)
    handler.app = app
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert await app.run_job.run(job.id) == Leave()


async def test_finished_job_is_only_acknowledged() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.run_job.run(job.id)
    assert await app.run_job.run(job.id) == Done()
    assert (await shown(app, job)).attempt == 1


async def test_job_held_by_another_worker_is_looked_at_again_soon() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
    assert await app.run_job.run(job.id) == Retry(delay_seconds=HELD_DELAY_SECONDS)


async def test_unknown_job_is_a_dead_letter() -> None:
    assert await application(ScriptedHandler()).run_job.run(UUID(int=1)) == Reject(reason="unknown-job")


async def test_cancelled_attempt_is_handed_back_without_counting() -> None:
    handler = WaitingHandler()
    app = application(handler)
    job = (await app.bus.defer(REPORT, an_origin())).job
    running = asyncio.create_task(app.run_job.run(job.id))
    await handler.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    waiting = await shown(app, job)
    assert (waiting.status, waiting.max_attempts) == (JobStatus.QUEUED, job.max_attempts + 1)


async def test_progress_is_seen_while_the_handler_runs() -> None:
    seen: list[Progress | None] = []

    class WatchingHandler:
        async def handle(self, _command: GenerateReport, context: Context) -> None:
            await context.progress.report(1, 2)
            await app.board.watch()
            seen.append((await shown(app, job)).progress)

    app = application(WatchingHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.run_job.run(job.id)
    assert seen == [Progress(done=1, total=2)]


async def test_running_job_stops_at_its_next_safe_point_when_its_owner_wishes() -> None:
    class CancelledOnTheWay:
        async def handle(self, _command: GenerateReport, context: Context) -> None:
            await context.progress.report(1, 3)
            await app.bus.execute(CancelJob(job_id=job.id), an_origin())
            await app.board.watch()
            await context.progress.report(2, 3)
            raise AssertionError("went on after the wish")

    app = application(CancelledOnTheWay())
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert await app.run_job.run(job.id) == Done()
    ended = await shown(app, job)
    assert (ended.status, ended.failure) == (JobStatus.CANCELLED, None)
    assert type(app.tables.events[-1]) is JobCancelled


async def test_progress_never_goes_back_within_an_attempt() -> None:
    seen: list[Progress | None] = []

    class Wavering:
        async def handle(self, _command: GenerateReport, context: Context) -> None:
            for done in (1, 5, 3):
                await context.progress.report(done, 9)
                await app.board.watch()
                seen.append((await shown(app, job)).progress)

    app = application(Wavering())
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.run_job.run(job.id)
    assert [progress.done for progress in seen if progress] == [1, 5, 5]


async def test_job_past_its_deadline_is_never_begun() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    app.clock.advance(100_000)
    assert await app.run_job.run(job.id) == Done()
    ended = await shown(app, job)
    assert ended.failure is not None
    assert (ended.failure.code, ended.attempt) == ("deadline-exceeded", 0)


async def test_job_over_its_owners_share_comes_again_without_an_attempt() -> None:
    app = application(ScriptedHandler())
    app.run_job = replace(app.run_job, terms=ClaimTerms(lease_seconds=60, most_of_one_owner=0))
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert isinstance(await app.run_job.run(job.id), Retry)
    assert (await shown(app, job)).attempt == 0


@pytest.mark.parametrize(("receive_count", "longest"), [(1, 3), (10, 12), (1_000, 20)])
async def test_the_longer_an_owner_has_waited_the_rarer_its_messages_come(receive_count: int, longest: int) -> None:
    """A flood of one caller must not keep the workers busy with messages whose turn has not come."""
    app = application(ScriptedHandler())
    terms = ClaimTerms(lease_seconds=60, most_of_one_owner=0)
    app.run_job = replace(app.run_job, terms=terms, chance=FixedChance(0.999))
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert await app.run_job.run(job.id, receive_count=receive_count) == Retry(delay_seconds=longest)


async def test_long_delay_waits_in_the_outbox_and_not_in_the_queue() -> None:
    app = application(ScriptedHandler([RuntimeError()] * 20))
    app.run_job = replace(app.run_job, chance=FixedChance(0.999), longest_queue_delay_seconds=0)
    job = (await app.bus.defer(REPORT, an_origin())).job
    app.tables.outbox.clear()
    assert await app.run_job.run(job.id) == Done()
    [row] = app.tables.outbox
    assert row.available_at > app.clock.now()
    assert (await shown(app, job)).status is JobStatus.QUEUED


async def test_attempt_lost_while_it_is_being_settled_leaves_the_message() -> None:
    """The failure's commit may be on its way when the keeper gives up: the worker must be told, not cancelled."""
    settling = asyncio.Event()

    @dataclass(frozen=True, slots=True)
    class StallingUnitOfWork:
        inner: UnitOfWork

        @asynccontextmanager
        async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
            async with self.inner.begin(origin) as transaction:
                yield transaction
                settling.set()
                await asyncio.Event().wait()

    app = application(ScriptedHandler([RuntimeError("broken")]))
    job = (await app.bus.defer(REPORT, an_origin())).job
    run_job = replace(app.run_job, unit_of_work=StallingUnitOfWork(app.unit_of_work))
    running = asyncio.create_task(run_job.run(job.id))
    await settling.wait()
    [claimed] = app.board.jobs_running()
    app.board.lose(claimed)
    assert await running == Leave()


async def test_poisoned_job_whose_message_comes_again_is_a_dead_letter_still() -> None:
    """The worker that failed it may have died before the letter was written."""
    app = application(ScriptedHandler([RuntimeError("broken")] * 5))
    job = (await app.bus.defer(REPORT, an_origin())).job
    for _ in range(job.max_attempts):
        verdict = await app.run_job.run(job.id)
    assert verdict == await app.run_job.run(job.id) == Reject(reason="internal-error")


async def test_refused_job_whose_message_comes_again_is_only_acknowledged() -> None:
    app = application(ScriptedHandler([InvalidReportError("No.")]))
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.run_job.run(job.id)
    assert await app.run_job.run(job.id) == Done()


async def test_job_that_ended_before_it_was_given_up_stays_as_it_ended() -> None:
    app = application(ScriptedHandler())
    job = (await app.bus.defer(REPORT, an_origin())).job
    await app.run_job.run(job.id)
    ended = await shown(app, job)
    assert await app.run_job._give_up(job.id) == Done()
    assert await shown(app, job) == ended
