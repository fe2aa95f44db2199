"""Installations with one part built wrong, as such systems have been built: the simulation must catch each of them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.tables import KeyRow, OutboxRow, Tables
from adapters.memory.unit_of_work import InMemoryTransaction
from application.bus import Bus, Execution
from application.context import Context
from application.operations.redrive_dead_letters import RedriveDeadLetters, Redriven
from application.operations.retry_job import RetryJob
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetter, DeadLetterWalk
from application.ports.idempotency import IdempotencyKey, Outcome
from application.ports.jobs import Acceptance, ClaimTerms, Standing
from application.ports.messages import CommandRequested
from application.ports.outbox import OutboxBatch
from application.ports.queue import Channel, Delivery, Message
from application.ports.unit_of_work import LeaseLostError
from application.progress import Attempt
from application.relay import MOST_MESSAGES, Relay
from application.run_job import RunJob
from application.verdict import Done, Verdict
from domain.commands import Command
from domain.job import Job, JobStatus, Origin
from domain.report import Report
from entrypoints.worker.delivery import DeliveryHandler
from entrypoints.worker.keeper import KeeperParts
from tests.support.simulation.handlers import ReportingHandler
from tests.support.simulation.loop import give_way
from tests.support.simulation.stand_ins import SimulatedKeeper
from tests.support.simulation.world import Parts


class UnfencedTransaction(InMemoryTransaction):
    """Whoever ends the job, ends it."""

    def _fence(self, job: Job) -> None:
        """Let everybody through."""


class StateFencedTransaction(InMemoryTransaction):
    """Asks whether the job runs, not whose attempt does."""

    def _fence(self, job: Job) -> None:
        if self.tables.jobs[job.id].status is not JobStatus.RUNNING:
            raise LeaseLostError(str(job.id))


class EarlyFencedTransaction(InMemoryTransaction):
    """Looks first and writes later, without a lock in between."""

    async def lock(self, job_id: UUID) -> Job | None:
        """Only look."""
        return self.tables.jobs.get(job_id)


class OverwritingTransaction(InMemoryTransaction):
    """Keeps an outcome under a key whether or not the key is owned by another."""

    def claim_key(self, key: IdempotencyKey) -> Outcome | None:
        """Look for a record, and own nothing."""
        row = self.tables.keys.get((key.scope, key.key))
        return row.outcome if row else None


class FencedWorkerThatDeletes(RunJob):
    """Takes a lost race for finished work."""

    def _fenced(self, job: Job) -> Verdict:
        super()._fenced(job)
        return Done()


class HeldJobDeletingWorker(RunJob):
    """Takes a job in another worker's hands for finished work."""

    async def _not_claimed(self, job_id: UUID, standing: Standing, receive_count: int) -> Verdict:
        verdict = await super()._not_claimed(job_id, standing, receive_count)
        return Done() if standing is Standing.HELD else verdict


class TirelessWorker(RunJob):
    """Runs a job however many attempts were lost."""

    async def _attempt(self, attempt: Attempt) -> None:
        job = attempt.job
        attempt.job = replace(job, max_attempts=max(job.max_attempts, job.attempt))
        await super()._attempt(attempt)


class CarelessWorker(RunJob):
    """Runs a job that may have killed its workers beside others."""

    async def run(self, job_id: UUID, *, receive_count: int = 1) -> Verdict:
        claimed = await self.jobs.claim(job_id, replace(self.terms, is_alone=True))
        return await self._claimed(job_id, claimed, receive_count)


class BlamingJobStore(InMemoryJobStore):
    """Counts every lost attempt against the job that it was one of."""

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        claimed = await super().claim(job_id, replace(terms, is_alone=True))
        if isinstance(claimed, Job):
            allowed = claimed.max_attempts - claimed.lost_in_company
            claimed = self._tables.jobs[job_id] = replace(claimed, max_attempts=allowed, lost_in_company=0)
        return claimed


class DroppingKeeper(SimulatedKeeper):
    """Deletes a message that it may keep no longer, and trusts that the work will end."""

    async def _exchange(self, delivery: Delivery, parts: KeeperParts) -> None:
        await parts.consumer.delete([delivery])
        self.held.remove(delivery)


class DoublingRetry(RetryJob):
    """Makes a new job each time that a letter is redriven."""

    async def _successor(self, job: Job) -> Job:
        return (await self.bus.defer(job.command, job.origin)).job


class RemovingRedrive(RedriveDeadLetters):
    """Removes a letter, and then sends it again."""

    async def _redrive(self, letter: DeadLetter, walk: DeadLetterWalk, origin: Origin) -> Redriven:
        await walk.remove(letter)
        return await super()._redrive(letter, walk, origin)


class GreedyJobStore(InMemoryJobStore):
    """Deletes what was asked for long ago, whether or not it has ended."""

    async def expire(self, *, older_than: timedelta, limit: int) -> int:
        before = self._clock.now() - older_than
        old = [job.id for job in self._tables.jobs.values() if job.created_at < before][:limit]
        for job_id in old:
            del self._tables.jobs[job_id]
        return len(old)


class HastyExpiry(InMemoryJobStore):
    """Deletes what has ended, however lately."""

    async def expire(self, *, older_than: timedelta, limit: int) -> int:  # noqa: ARG002 (the port's shape)
        return await super().expire(older_than=timedelta(0), limit=limit)


class KeylessHandler(DeliveryHandler):
    """Takes each message of another system for a new wish."""

    async def _accept(self, requested: CommandRequested, message: Message) -> Verdict:
        await super()._accept(requested, replace(message, id=f"{message.id} {self.run_job.clock.now()}"))
        return Done()


class ForgettingHandler(DeliveryHandler):
    """Remembers another system's message for less long than the queue may bring it again."""

    async def _accept(self, requested: CommandRequested, message: Message) -> Verdict:
        return await DeliveryHandler._accept(replace(self, inbox_life=timedelta(0)), requested, message)


class OwnTransactionHandler(ReportingHandler):
    """Commits the effect by itself."""

    async def keep(self, report: Report, context: Context) -> None:
        """Store the effect at once."""
        async with self.unit_of_work.begin(context.origin) as transaction:
            await transaction.reports.add(report)


class MarkingFirstRelay(Relay):
    """Marks, commits, and then sends."""

    async def once(self) -> int:
        async with self.store.claim(MOST_MESSAGES) as batch:
            messages = dict(batch.messages)
            for each in messages.values():
                await batch.mark_sent([message.id for message in each])
        for channel, each in messages.items():
            await self.publisher.publish(channel, each)
        return sum(map(len, messages.values()))


class TrustingRelay(Relay):
    """Marks the whole batch although the queue took only a part."""

    async def once(self) -> int:
        async with self.store.claim(MOST_MESSAGES) as batch:
            for channel, messages in batch.messages.items():
                await self.publisher.publish(channel, messages)
                await batch.mark_sent([message.id for message in messages])
        return 0


class CursorOutboxStore(InMemoryOutboxStore):
    """Goes through the events by id and never looks back; ids are given before the commit."""

    def __init__(self, tables: Tables, clock: Clock, most_of_one_caller: int) -> None:
        super().__init__(tables, clock, most_of_one_caller)
        self._last = ""

    @asynccontextmanager
    async def claim(self, limit: int) -> AsyncIterator[OutboxBatch]:
        behind = [row for row in self._tables.outbox if row.channel is Channel.EVENTS and row.message.id <= self._last]
        for row in behind:
            row.is_claimed = True
        try:
            async with super().claim(limit) as batch:
                yield batch
                sent = [message.id for message in batch.messages.get(Channel.EVENTS, ())]
                self._last = max([self._last, *sent])
        finally:
            for row in behind:
                row.is_claimed = False


class HoardingOutboxStore(InMemoryOutboxStore):
    """Takes jobs whose messages are still here for ones that crowd the queue."""

    def _is_held_back(self, row: OutboxRow) -> bool:
        jobs = [job for job in self._tables.jobs.values() if job.owner == row.message.group]
        waiting = sum(job.status is JobStatus.QUEUED for job in jobs)
        return row.is_first_announcement and waiting > self._most_of_one_caller


class UnscopedBus(Bus):
    """Takes a key for everybody's."""

    async def defer(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Acceptance:
        return await super().defer(command, origin, replace(key, scope="all") if key else None)


class RequestBlindBus(Bus):
    """Does not ask what the key was used for."""

    async def defer(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Acceptance:
        return await super().defer(command, origin, replace(key, fingerprint="any") if key else None)


class PromisingBus(Bus):
    """Records under the key that the work is done, and then does it."""

    async def execute(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Execution:
        if key is not None:
            async with self.unit_of_work.begin(origin) as transaction:
                if (earlier := await transaction.idempotency.claim(key)) is not None:
                    return Execution(reference=earlier.reference, is_replay=True)
                await transaction.idempotency.keep(key, Outcome(reference=None))
        return await super().execute(command, origin)


class ForgetfulBus(Bus):
    """Records under the key only after the effect is committed."""

    async def execute(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Execution:
        if key is not None:
            async with self.unit_of_work.begin(origin) as transaction:
                if (earlier := await transaction.idempotency.claim(key)) is not None:
                    return Execution(reference=earlier.reference, is_replay=True)
        done = await super().execute(command, origin)
        if key is not None:
            async with self.unit_of_work.begin(origin) as transaction:
                await transaction.idempotency.keep(key, Outcome(reference=done.reference))
        return done


class CheckingJobStore(InMemoryJobStore):
    """Looks for the key, stores the job, then stores the key: three transactions."""

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        name = (key.scope, key.key) if key else None
        row = self._tables.keys.get(name) if name else None
        if key is None or (row is not None and row.job_id is not None):
            return await super().accept(job, key)
        await give_way()
        acceptance = await super().accept(job)
        await give_way()
        expires_at = self._clock.now() + key.kept_for
        self._tables.keys[key.scope, key.key] = KeyRow(key.fingerprint, job.id, None, expires_at)
        return acceptance


class UnannouncingJobStore(InMemoryJobStore):
    """Sends the message after the commit, if it lives that long: no outbox."""

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        acceptance = await super().accept(job, key)
        if not acceptance.is_replay:
            row = self._tables.outbox.pop()
            await give_way()
            self._tables.outbox.append(row)
            self._tables.committed.set()
        return acceptance


class RevivingJobStore(InMemoryJobStore):
    """Claims whatever has no lease, finished jobs too."""

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        job = self._tables.jobs.get(job_id)
        if job is not None and job.status.is_terminal:
            now = self._clock.now()
            self._tables.jobs[job_id] = started = replace(job, status=JobStatus.QUEUED).start(now)
            self._tables.leases[job_id] = now + timedelta(seconds=terms.lease_seconds)
            return started
        return await super().claim(job_id, terms)


class UncountingJobStore(InMemoryJobStore):
    """Counts an attempt when it ends, so that one which is lost was none."""

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        before = self._tables.jobs.get(job_id)
        claimed = await super().claim(job_id, terms)
        if isinstance(claimed, Job) and before is not None and before.status is JobStatus.RUNNING:
            claimed = self._tables.jobs[job_id] = replace(claimed, attempt=before.attempt)
        return claimed


class NeverAnnouncingAgain(InMemoryJobStore):
    """Trusts the queue never to forget."""

    async def announce_stale(
        self,
        *,
        after_seconds: float,  # noqa: ARG002 (the port's shape)
        limit: int,  # noqa: ARG002 (the same)
        are_missing: bool,  # noqa: ARG002 (the same)
    ) -> int:
        return 0


FLAWS: Mapping[str, Parts] = {
    "no-fence": Parts(transaction=UnfencedTransaction),
    "state-only-fence": Parts(transaction=StateFencedTransaction),
    "fence-without-lock": Parts(transaction=EarlyFencedTransaction),
    "fenced-worker-deletes": Parts(run_job=FencedWorkerThatDeletes),
    "held-job-deleted": Parts(run_job=HeldJobDeletingWorker),
    "no-max-attempts": Parts(run_job=TirelessWorker),
    "suspects-beside-others": Parts(run_job=CarelessWorker),
    "neighbours-blamed": Parts(job_store=BlamingJobStore),
    "exchange-drops": Parts(keeper=DroppingKeeper),
    "redrive-doubles": Parts(retry=DoublingRetry),
    "redrive-removes-first": Parts(redrive=RemovingRedrive),
    "live-jobs-expire": Parts(job_store=GreedyJobStore),
    "jobs-expire-early": Parts(job_store=HastyExpiry),
    "queue-commands-without-key": Parts(deliveries=KeylessHandler),
    "inbox-forgets-early": Parts(deliveries=ForgettingHandler),
    "effect-in-own-transaction": Parts(handler=OwnTransactionHandler),
    "mark-before-send": Parts(relay=MarkingFirstRelay),
    "mark-all-on-partial-failure": Parts(relay=TrustingRelay),
    "outbox-by-cursor": Parts(outbox=CursorOutboxStore),
    "messages-held-back-for-ever": Parts(outbox=HoardingOutboxStore),
    "no-outbox": Parts(job_store=UnannouncingJobStore),
    "unscoped-key": Parts(bus=UnscopedBus),
    "fingerprint-ignored": Parts(bus=RequestBlindBus),
    "key-check-then-act": Parts(job_store=CheckingJobStore),
    "key-not-owned": Parts(transaction=OverwritingTransaction),
    "key-before-effect": Parts(bus=PromisingBus),
    "key-after-effect": Parts(bus=ForgetfulBus),
    "finished-jobs-reclaimed": Parts(job_store=RevivingJobStore),
    "lost-attempts-not-counted": Parts(job_store=UncountingJobStore),
    "never-announced-again": Parts(job_store=NeverAnnouncingAgain),
}
"""Each flaw by its name."""
