"""The life of jobs against a plain model, for whatever store: many attempts, most of them stale."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from application.ports.jobs import ClaimTerms, JobLeases, JobStore, Standing
from application.ports.unit_of_work import LeaseLostError, UnitOfWork
from domain.errors import JobTransitionError
from domain.job import MOST_LOST_IN_COMPANY, Failure, Job, JobStatus, Progress, Reference
from tests.support.builders import a_job, an_origin
from tests.support.fakes import FixedClock

ALIVE, LAPSED = 600.0, -1.0
FINISHED = (Standing.FINISHED, Standing.FAILED)
NUMBERS = st.integers(1, 3)
ENDS = st.sampled_from(["succeed", "fail", "cancelled", "release", "hand-back"])


class Storage(Protocol):
    """A job store with what belongs to it, and a way to wait for its answers."""

    @property
    def jobs(self) -> JobStore:
        """The store."""

    @property
    def leases(self) -> JobLeases:
        """Its leases."""

    @property
    def unit_of_work(self) -> UnitOfWork:
        """Its transactions."""

    def finish(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 (whatever the work returns)
        """Run until the work is done."""

    def close(self) -> None:
        """Let go of everything."""


@dataclass
class ModelJob:
    """What is known of a job without asking."""

    status: JobStatus = JobStatus.QUEUED
    attempt: int = 0
    allowed: int = 3
    lost_in_company: int = 0
    has_lease: bool = False
    winner: int | None = None
    progress: Progress | None = None
    is_cancel_wished: bool = False

    def is_won_by(self, job: Job) -> bool:
        """Tell whether this attempt is the one that may end the job."""
        return self.status is JobStatus.RUNNING and self.attempt == job.attempt


class JobLifecycle(RuleBasedStateMachine):
    """Each rule does one thing to the store and to the model, and compares."""

    attempts: Bundle[Job] = Bundle("attempts")

    def __init__(self, open_storage: Callable[[], Storage]) -> None:
        super().__init__()
        self._storage = open_storage()
        self._model: dict[int, ModelJob] = {}

    @initialize(numbers=st.integers(1, 3))
    def accept(self, numbers: int) -> None:
        for number in range(1, numbers + 1):
            self._storage.finish(self._storage.jobs.accept(a_job(number)))
            self._model[number] = ModelJob()

    @rule(target=attempts, number=NUMBERS, lease_seconds=st.sampled_from([ALIVE, LAPSED]), is_alone=st.booleans())
    def claim(self, number: int, lease_seconds: float, *, is_alone: bool) -> Any:  # noqa: ANN401 (Hypothesis has no type for "none")
        claimed = self._claim(number, lease_seconds, is_alone=is_alone)
        return claimed if isinstance(claimed, Job) else multiple()

    @rule(attempt=attempts, how=ENDS)
    def end(self, attempt: Job, how: str) -> None:
        self._end(attempt, how)

    @rule(attempt=attempts, lease_seconds=st.sampled_from([ALIVE, LAPSED]))
    def renew(self, attempt: Job, lease_seconds: float) -> None:
        model = self._model[attempt.id.int]
        kept = self._storage.finish(self._storage.leases.renew([attempt], lease_seconds=lease_seconds))
        assert set(kept) == ({attempt.id} if model.is_won_by(attempt) else set())
        if kept:
            model.has_lease = lease_seconds == ALIVE

    @rule(attempt=attempts, done=st.integers(0, 5))
    def watch(self, attempt: Job, done: int) -> None:
        model = self._model[attempt.id.int]
        wished = self._storage.finish(self._storage.jobs.watch([(attempt, Progress(done=done, total=5))]))
        is_current = model.is_won_by(attempt)
        assert set(wished) == ({attempt.id} if is_current and model.is_cancel_wished else set())
        if is_current:
            model.progress = Progress(done=done, total=5)

    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        model = self._model.get(number)
        if model is None:
            return
        try:
            self._storage.finish(self._cancel(UUID(int=number)))
        except JobTransitionError:
            assert model.status.is_terminal
            return
        assert not model.status.is_terminal
        if model.status is JobStatus.RUNNING:
            model.is_cancel_wished = True
        else:
            model.status = JobStatus.CANCELLED

    @rule(number=NUMBERS, how=ENDS, rivals_end=ENDS)
    def stall_while_a_rival_works(self, number: int, how: str, rivals_end: str) -> None:
        """The direct way to the worst case, which random steps seldom find: the stale one ends after the rival."""
        stalled = self._claim(number, LAPSED)
        rival = self._claim(number, ALIVE)
        if isinstance(stalled, Job) and isinstance(rival, Job):
            self._end(rival, rivals_end)
            self._end(stalled, how)

    @invariant()
    def store_and_model_agree(self) -> None:
        for number, model in self._model.items():
            job = self._storage.finish(self._storage.jobs.get(UUID(int=number), owner="alice"))
            assert job is not None
            assert (job.status, job.attempt, job.max_attempts) == (model.status, model.attempt, model.allowed)
            assert job.lost_in_company == model.lost_in_company
            assert (job.cancel_requested, job.progress) == (model.is_cancel_wished, model.progress)
            assert (job.result.id.int if job.result else None) == model.winner

    def teardown(self) -> None:
        self._storage.close()

    def _claim(self, number: int, lease_seconds: float, *, is_alone: bool = True) -> Job | Standing:
        terms = ClaimTerms(lease_seconds=lease_seconds, is_alone=is_alone)
        claimed: Job | Standing = self._storage.finish(self._storage.jobs.claim(UUID(int=number), terms))
        model = self._model.get(number)
        if model is None:
            assert claimed is Standing.UNKNOWN
        elif model.status.is_terminal:
            assert claimed in FINISHED
        elif model.status is JobStatus.RUNNING and model.has_lease:
            assert claimed is Standing.HELD
        elif not is_alone and model.lost_in_company + (model.status is JobStatus.RUNNING) >= MOST_LOST_IN_COMPANY:
            assert claimed is Standing.SUSPECT
        else:
            if model.status is JobStatus.RUNNING and model.lost_in_company < MOST_LOST_IN_COMPANY:
                model.lost_in_company += 1
                model.allowed += 1
            model.status, model.attempt, model.progress = JobStatus.RUNNING, model.attempt + 1, None
            model.has_lease = lease_seconds == ALIVE
            assert isinstance(claimed, Job)
            assert claimed.attempt == model.attempt
        return claimed

    def _end(self, attempt: Job, how: str) -> None:
        model = self._model[attempt.id.int]
        is_won = model.is_won_by(attempt)
        ended = _ended(attempt, how)
        try:
            self._storage.finish(self._save(ended))
        except LeaseLostError:
            assert not is_won
            return
        assert is_won
        model.status, model.allowed, model.progress = ended.status, ended.max_attempts, ended.progress
        model.winner = ended.result.id.int if ended.result else None

    async def _save(self, job: Job) -> None:
        async with self._storage.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(job)

    async def _cancel(self, job_id: UUID) -> None:
        async with self._storage.unit_of_work.begin(an_origin()) as transaction:
            job = await transaction.jobs.lock(job_id)
            assert job is not None
            changed, _ = job.cancel(FixedClock().now())
            await transaction.jobs.change(changed)


def _ended(attempt: Job, how: str) -> Job:
    now = FixedClock().now()
    match how:
        case "succeed":
            return attempt.succeed(Reference(resource="report", id=UUID(int=attempt.attempt)), now)[0]
        case "fail":
            return attempt.fail(Failure(code="timeout", detail="Too slow."), now)[0]
        case "cancelled":
            return attempt.cancelled(now)[0]
        case "release":
            return attempt.release()
        case _:
            return attempt.hand_back()
