"""Promises broken on purpose are really broken; without being asked, nothing is touched."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.faults.crash_points import CrashingAnswers, CrashPoints
from adapters.faults.faults import Faults
from adapters.faults.sabotage import Sabotage
from adapters.memory.job_store import InMemoryJobStore
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import Acceptance, ClaimTerms
from application.ports.unit_of_work import LeaseLostError, StorageUnavailableError
from application.progress import AttemptBoard
from domain.job import Job
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job, an_origin

TERMS = ClaimTerms(lease_seconds=60)


def broken(sabotage: Sabotage) -> Faults:
    return Faults.chosen(None, [sabotage.value], "worker")


async def claimed(app: InMemoryApplication) -> Job:
    """Accept a job and begin its first attempt."""
    await app.jobs.accept(a_job())
    job = await app.jobs.claim(a_job().id, TERMS)
    assert isinstance(job, Job)
    return job


async def stale(app: InMemoryApplication) -> Job:
    """Return an attempt that another worker has taken over."""
    job = await claimed(app)
    app.clock.advance(61)
    await app.jobs.claim(job.id, TERMS)
    return job


def test_nothing_asked_for_leaves_every_port_as_it_is() -> None:
    app = InMemoryApplication()
    faults = Faults.chosen(None, (), "worker")
    assert faults.unit_of_work(app.unit_of_work) is app.unit_of_work
    assert faults.job_store(app.jobs) is app.jobs
    assert faults.outbox_store(app.outbox) is app.outbox


def test_an_unknown_sabotage_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-thing"):
        Faults.chosen(None, ["no-such-thing"], "worker")


async def test_crash_points_that_are_not_armed_change_nothing(tmp_path: Path) -> None:
    app = InMemoryApplication()
    faults = Faults.chosen(str(tmp_path), (), "worker")
    jobs, unit_of_work = faults.job_store(app.jobs), faults.unit_of_work(app.unit_of_work)
    assert (await jobs.accept(a_job())).job == a_job()
    job = await jobs.claim(a_job().id, TERMS)
    assert isinstance(job, Job)
    ended, _ = job.succeed(None, app.clock.now())
    async with unit_of_work.begin(job.origin) as transaction:
        await transaction.jobs.save(ended)
    assert await jobs.get(job.id, owner=job.owner) == ended


async def test_without_its_fence_a_stale_attempt_commits() -> None:
    app = InMemoryApplication()
    job = await stale(app)
    ended, _ = job.succeed(None, app.clock.now())
    with pytest.raises(LeaseLostError):
        async with app.unit_of_work.begin(job.origin) as transaction:
            await transaction.drills.record("drill-1", attempt=job.attempt)
            await transaction.jobs.save(ended)
    assert app.tables.drills == []
    async with broken(Sabotage.NO_FENCE).unit_of_work(app.unit_of_work).begin(job.origin) as transaction:
        await transaction.drills.record("drill-1", attempt=job.attempt)
        await transaction.jobs.save(ended)
    assert [mark.attempt for mark in app.tables.drills] == [1]


async def test_an_effect_apart_stays_when_the_rest_is_rolled_back() -> None:
    app = InMemoryApplication()
    with pytest.raises(StorageUnavailableError):
        async with broken(Sabotage.EFFECT_APART).unit_of_work(app.unit_of_work).begin(an_origin()) as transaction:
            await transaction.drills.record("drill-1", attempt=1)
            raise StorageUnavailableError
    assert len(app.tables.drills) == 1


async def test_an_early_answer_may_be_for_nothing() -> None:
    app = InMemoryApplication()

    class UnreachableJobStore(InMemoryJobStore):
        async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
            del job, key
            raise StorageUnavailableError

    jobs = broken(Sabotage.EARLY_ANSWER).job_store(UnreachableJobStore(app.tables, app.clock))
    assert (await jobs.accept(a_job())).job == a_job()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert app.tables.jobs == {}


async def test_without_the_fence_an_attempt_goes_on_after_its_lease_is_lost() -> None:
    app = InMemoryApplication()
    job = await stale(app)
    board = broken(Sabotage.NO_FENCE).board(AttemptBoard(app.jobs))

    async def attempt() -> str:
        with board.running(job):
            await asyncio.sleep(0)
            board.lose(job)
            await asyncio.sleep(0)
            return "committed"

    assert await asyncio.create_task(attempt()) == "committed"


async def test_an_unscoped_key_gives_one_caller_the_job_of_another() -> None:
    jobs = broken(Sabotage.UNSCOPED_KEY).job_store(InMemoryApplication().jobs)
    key = IdempotencyKey(scope="alice", key="key-1", fingerprint="same")
    await jobs.accept(a_job(1, owner="alice"), key)
    second = await jobs.accept(a_job(2, owner="bob"), replace(key, scope="bob"))
    assert (second.job.id, second.job.owner) == (UUID(int=1), "alice")


async def test_keys_that_are_not_looked_at_make_two_jobs_of_one_request() -> None:
    jobs = broken(Sabotage.NO_KEY).job_store(InMemoryApplication().jobs)
    key = IdempotencyKey(scope="alice", key="key-1", fingerprint="same")
    accepted = [await jobs.accept(a_job(number), key) for number in (1, 2)]
    assert [acceptance.is_replay for acceptance in accepted] == [False, False]


async def test_without_its_reconciler_a_forgotten_job_stays_forgotten() -> None:
    app = InMemoryApplication()
    await app.jobs.accept(a_job())
    app.tables.outbox.clear()
    app.clock.advance(3_600)
    upkeep = broken(Sabotage.NO_RECONCILER).job_upkeep(app.jobs)
    assert await upkeep.announce_stale(after_seconds=60, limit=10, are_missing=False) == 0
    assert await app.jobs.announce_stale(after_seconds=60, limit=10, are_missing=False) == 1


class Passed(CrashPoints):
    """Only notes which points were passed."""

    def reach(self, point: str) -> None:
        if self.is_armed(point):
            (self.folder / "passed").write_text(point)


async def an_answer(status: int, points: CrashPoints) -> list[dict[str, Any]]:
    """Return what goes out for an answer with this status."""
    sent: list[dict[str, Any]] = []

    async def app(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"12345678"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await CrashingAnswers(app, points)({}, None, send)
    return sent


async def test_process_can_end_when_half_an_acceptance_is_on_the_wire(tmp_path: Path) -> None:
    points = Passed(tmp_path, "api")
    (tmp_path / "api.half-answered").touch()
    _, first, *_ = await an_answer(202, points)
    assert (first["body"], first["more_body"]) == (b"1234", True)
    assert (tmp_path / "passed").read_text() == "half-answered"


@pytest.mark.parametrize(("status", "armed"), [(202, "api.accepted"), (200, "api.half-answered")])
async def test_other_answers_go_out_whole(tmp_path: Path, status: int, armed: str) -> None:
    (tmp_path / armed).touch()
    assert [message.get("body") for message in await an_answer(status, Passed(tmp_path, "api"))] == [None, b"12345678"]
