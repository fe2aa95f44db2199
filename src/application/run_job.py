"""RunJob: one delivery of a job, from claim to verdict."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from application.bus import Bus
from application.company import Company
from application.dispatch import USE_CASES
from application.ports.clock import Chance, Clock
from application.ports.jobs import ClaimTerms, JobStore, Standing
from application.ports.telemetry import Fields, Telemetry
from application.ports.unit_of_work import LeaseLostError, StorageUnavailableError, Transaction, UnitOfWork
from application.progress import Attempt, AttemptBoard
from application.verdict import (
    SPENT,
    DeadlineExceededError,
    Done,
    Leave,
    Reject,
    Retry,
    Verdict,
    WorkerLostError,
    decide,
    failure_of,
)
from domain.errors import DomainError, JobCancelledError
from domain.job import Job, Origin
from domain.principal import Principal

LONGEST_QUEUE_DELAY_SECONDS = 900
CAPPED_DELAY_SECONDS = 3
LONGEST_CAPPED_DELAY_SECONDS = 20
HELD_DELAY_SECONDS = 1
"""A killed worker's job runs again within its lease and little more, whenever its message came back."""
ELSEWHERE_DELAY_SECONDS = 1
"""Where one is alone, or others leave nobody alone, another process may have room at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """Invariants.

    The attempt is counted before the handler runs. The handler's writes, the job's end and its
    event commit together, and only while this attempt is still the running one. A loser of that
    race leaves everything as it is.
    """

    bus: Bus
    jobs: JobStore
    unit_of_work: UnitOfWork
    clock: Clock
    chance: Chance
    telemetry: Telemetry
    board: AttemptBoard
    terms: ClaimTerms
    company: Company = field(default_factory=Company)
    """Shared by all that runs in this process."""
    longest_queue_delay_seconds: float = LONGEST_QUEUE_DELAY_SECONDS
    """Longer delays wait in the outbox: what the queue may forget, the database keeps."""

    async def run(self, job_id: UUID, *, receive_count: int = 1) -> Verdict:
        """Claim the job, run its handler, and say what becomes of the message."""
        if not await self.company.has_room():
            return Retry(delay_seconds=ELSEWHERE_DELAY_SECONDS)
        with self.company.together():
            claimed = await self.jobs.claim(job_id, self.terms)
            if claimed is not Standing.SUSPECT:
                return await self._claimed(job_id, claimed, receive_count)
        async with self.company.alone(visit=receive_count) as is_alone:
            elsewhere = Retry(delay_seconds=ELSEWHERE_DELAY_SECONDS)
            return await self._alone(job_id, receive_count) if is_alone else elsewhere

    async def _alone(self, job_id: UUID, receive_count: int) -> Verdict:
        self.telemetry.event("job.alone", {"job_id": str(job_id)})
        claimed = await self.jobs.claim(job_id, replace(self.terms, is_alone=True))
        return await self._claimed(job_id, claimed, receive_count)

    async def _claimed(self, job_id: UUID, job: Job | Standing, receive_count: int) -> Verdict:
        if isinstance(job, Standing):
            return await self._not_claimed(job_id, job, receive_count)
        with self.board.running(job) as attempt:
            try:
                return await self._run(attempt)
            except asyncio.CancelledError:
                if attempt.is_lost and (task := asyncio.current_task()) is not None:
                    task.uncancel()
                    return self._fenced(job)
                await asyncio.shield(self._hand_back(attempt))
                raise

    async def _run(self, attempt: Attempt) -> Verdict:
        try:
            await self._attempt(attempt)
        except LeaseLostError:
            return self._fenced(attempt.job)
        except Exception as error:  # noqa: BLE001 (whatever a handler raises is decided on, none may end the worker)
            return await self._settle(attempt, error)
        self._count(attempt.job, "succeeded")
        return Done()

    async def _attempt(self, attempt: Attempt) -> None:
        job = attempt.job
        if job.attempt > job.max_attempts:
            raise WorkerLostError
        timeout = USE_CASES[type(job.command)].timeout_seconds
        async with asyncio.timeout(timeout), self.unit_of_work.begin(job.origin) as transaction:
            result = await self.bus.run(job.command, job.origin, transaction, attempt, job.attempt)
            ended, event = _at_end(attempt).succeed(result, self.clock.now())
            await transaction.jobs.save(ended)
            await transaction.outbox.record(event)

    async def _settle(self, attempt: Attempt, error: Exception) -> Verdict:
        job = attempt.job
        verdict = decide(
            error,
            attempt=job.attempt,
            max_attempts=job.max_attempts,
            chance=self.chance.fraction(),
            backoff=USE_CASES[type(job.command)].backoff,
        )
        try:
            async with self.unit_of_work.begin(job.origin) as transaction:
                outcome = await self._end_attempt(transaction, attempt, error, verdict)
        except LeaseLostError:
            return self._fenced(job)
        fields: Fields = {"attempt": job.attempt, "code": failure_of(error).code, "error": repr(error)}
        self.telemetry.event(f"job.{outcome}", fields)
        self._count(job, outcome)
        if isinstance(verdict, Retry) and verdict.delay_seconds > self.longest_queue_delay_seconds:
            return Done()
        return verdict

    async def _end_attempt(self, transaction: Transaction, attempt: Attempt, error: Exception, verdict: Verdict) -> str:
        job = _at_end(attempt)
        if isinstance(verdict, Retry):
            await transaction.jobs.save(job.release(), retry_after_seconds=verdict.delay_seconds)
            if verdict.delay_seconds > self.longest_queue_delay_seconds:
                await transaction.jobs.announce(job, delay_seconds=verdict.delay_seconds)
            return "retried"
        if isinstance(error, JobCancelledError):
            cancelled, was_cancelled = job.cancelled(self.clock.now())
            await transaction.jobs.save(cancelled)
            await transaction.outbox.record(was_cancelled)
            return "cancelled"
        failed, has_failed = job.fail(failure_of(error), self.clock.now())
        await transaction.jobs.save(failed)
        await transaction.outbox.record(has_failed)
        return "refused" if isinstance(error, DomainError) else "failed"

    async def _hand_back(self, attempt: Attempt) -> None:
        # Where this fails too, the lease lapses and the next worker takes the job over.
        with suppress(LeaseLostError, StorageUnavailableError):
            async with self.unit_of_work.begin(attempt.job.origin) as transaction:
                await transaction.jobs.save(_at_end(attempt).hand_back())

    async def _not_claimed(self, job_id: UUID, standing: Standing, receive_count: int) -> Verdict:
        self.telemetry.event("job.not_claimed", {"job_id": str(job_id), "standing": standing.value})
        match standing:
            case Standing.FINISHED:
                return Done()
            case Standing.FAILED:
                return await self._bury(job_id)
            case Standing.UNKNOWN:
                return Reject(reason="unknown-job")
            case Standing.HELD:
                # The other worker may be dead: its lease shows that, and then the job should not wait for its message.
                return Retry(delay_seconds=HELD_DELAY_SECONDS)
            case Standing.CAPPED | Standing.SUSPECT:
                return self._soon(receive_count)
        return await self._give_up(job_id)  # Standing.LATE, the one that is left

    def _soon(self, receive_count: int) -> Verdict:
        # The longer its queue, the more often a message is received in vain: a flood must not keep the workers busy.
        most = min(LONGEST_CAPPED_DELAY_SECONDS, CAPPED_DELAY_SECONDS + receive_count - 1)
        return Retry(delay_seconds=1 + int(most * self.chance.fraction()))

    async def _bury(self, job_id: UUID) -> Verdict:
        """Make a failed job's message a dead letter again: the worker that failed it may have died before it could."""
        async with self.unit_of_work.begin(_ours(job_id)) as transaction:
            job = await transaction.jobs.lock(job_id)
        if job is None or job.failure is None or job.failure.code not in SPENT:
            return Done()
        return Reject(reason=job.failure.code)

    async def _give_up(self, job_id: UUID) -> Verdict:
        """Fail a job whose deadline is past, unless it has ended meanwhile: nobody can begin it any more."""
        async with self.unit_of_work.begin(_ours(job_id)) as transaction:
            job = await transaction.jobs.lock(job_id)
            if job is not None and not job.status.is_terminal:
                failed, has_failed = job.fail(failure_of(DeadlineExceededError()), self.clock.now())
                await transaction.jobs.change(failed)
                await transaction.outbox.record(has_failed)
                self._count(job, "failed")
        return Done()

    def _fenced(self, job: Job) -> Verdict:
        self.telemetry.event("job.fenced", {"attempt": job.attempt})
        self._count(job, "fenced")
        return Leave()

    def _count(self, job: Job, outcome: str) -> None:
        self.telemetry.count("jobs", 1, {"kind": job.kind, "outcome": outcome})


def _ours(job_id: UUID) -> Origin:
    return Origin(principal=Principal(subject="kondate"), request_id=str(job_id))


def _at_end(attempt: Attempt) -> Job:
    return replace(attempt.job, progress=attempt.progress)
