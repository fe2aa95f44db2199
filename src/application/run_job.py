"""RunJob: one delivery of a job, from claim to verdict."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from application.bus import Bus
from application.dispatch import USE_CASES
from application.ports.clock import Chance, Clock
from application.ports.jobs import JobStore, Standing
from application.ports.telemetry import Fields, Telemetry
from application.ports.unit_of_work import LeaseLostError, StorageUnavailableError, UnitOfWork
from application.progress import ProgressBoard
from application.verdict import Done, Leave, Reject, Retry, Verdict, WorkerLostError, decide, failure_of
from domain.errors import DomainError
from domain.job import Job


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
    board: ProgressBoard
    lease_seconds: float

    async def run(self, job_id: UUID) -> Verdict:
        """Claim the job, run its handler, and say what becomes of the message."""
        job = await self.jobs.claim(job_id, lease_seconds=self.lease_seconds)
        if isinstance(job, Standing):
            return self._not_claimed(job_id, job)
        try:
            await self._attempt(job)
        except LeaseLostError:
            self.telemetry.event("job.fenced", {"attempt": job.attempt})
            return Leave()
        except asyncio.CancelledError:
            await asyncio.shield(self._hand_back(job))
            raise
        except Exception as error:  # noqa: BLE001 (whatever a handler raises is decided on, none may end the worker)
            return await self._settle(job, error)
        self.telemetry.count("jobs", 1, {"kind": job.kind, "outcome": "succeeded"})
        return Done()

    async def _attempt(self, job: Job) -> None:
        if job.attempt > job.max_attempts:
            raise WorkerLostError
        progress = self.board.reporter(job)
        timeout = USE_CASES[type(job.command)].timeout_seconds
        async with asyncio.timeout(timeout), self.unit_of_work.begin(job.origin) as transaction:
            job.origin.principal.require_scope(USE_CASES[type(job.command)].scope)
            result = await self.bus.run(job.command, job.origin, transaction, progress)
            ended, event = self._at_end(job).succeed(result, self.clock.now())
            await transaction.jobs.save(ended)
            await transaction.outbox.record(event)

    def _at_end(self, job: Job) -> Job:
        return replace(job, progress=self.board.finish(job) or job.progress)

    async def _hand_back(self, job: Job) -> None:
        # Where this fails too, the lease lapses and the next worker takes the job over.
        with suppress(LeaseLostError, StorageUnavailableError):
            async with self.unit_of_work.begin(job.origin) as transaction:
                await transaction.jobs.save(self._at_end(job).hand_back())

    async def _settle(self, job: Job, error: Exception) -> Verdict:
        verdict = decide(error, attempt=job.attempt, max_attempts=job.max_attempts, chance=self.chance.fraction())
        failure = failure_of(error)
        fields: Fields = {"attempt": job.attempt, "code": failure.code, "error": repr(error)}
        try:
            async with self.unit_of_work.begin(job.origin) as transaction:
                if isinstance(verdict, Retry):
                    await transaction.jobs.save(self._at_end(job).release())
                else:
                    ended, event = self._at_end(job).fail(failure, self.clock.now())
                    await transaction.jobs.save(ended)
                    await transaction.outbox.record(event)
        except LeaseLostError:
            return Leave()
        outcome = "refused" if isinstance(error, DomainError) else "retried" if isinstance(verdict, Retry) else "failed"
        self.telemetry.event(f"job.{outcome}", fields)
        self.telemetry.count("jobs", 1, {"kind": job.kind, "outcome": outcome})
        return verdict

    def _not_claimed(self, job_id: UUID, standing: Standing) -> Verdict:
        self.telemetry.event("job.not_claimed", {"job_id": str(job_id), "standing": standing.value})
        match standing:
            case Standing.FINISHED:
                return Done()
            case Standing.UNKNOWN:
                return Reject(reason="unknown-job")
            case Standing.HELD:
                return Leave()
