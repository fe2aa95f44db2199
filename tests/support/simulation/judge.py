"""The promises, checked after each step from outside: what was asked, what was answered, what is stored."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from operator import is_
from uuid import UUID

from adapters.memory.outbox import InMemoryOutboxBatch
from adapters.memory.queue import InMemoryQueue
from adapters.memory.tables import Tables
from application.operations.retry_job import RETRIABLE, SCOPE
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetter
from application.ports.outbox import OutboxBatch
from application.verdict import SPENT
from domain.errors import IdempotencyMismatchError
from domain.job import MOST_LOST_IN_COMPANY, Job, JobStatus, Reference
from domain.report import RecipeSelection

MOST_ATTEMPTS = 5 + MOST_LOST_IN_COMPANY


class BrokenPromiseError(AssertionError):
    """A promise was broken; the text says which, and by what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client wants once, however often it asks; without a key, each time anew."""

    route: str
    user: str
    key: str | None
    body: str
    number: int

    @property
    def name(self) -> str:
        """What its effects are known by."""
        return f"{self.route}/{self.user}/{self.key or self.number}/{self.body}"

    @property
    def scope(self) -> tuple[str, str, str]:
        """Whose key it is, for what, and which."""
        return self.route, self.user, self.key or str(self.number)


@dataclass(slots=True)
class Judge:
    """Sees every committed state; the first broken promise ends the simulation."""

    tables: Tables
    clock: Clock
    retention: timedelta
    hand_backs: int = 0
    """How many attempts may have been handed back, each of which allows one more."""
    begun: Counter[UUID] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    asked: dict[str, Request] = field(default_factory=dict)
    _seen: list[Job] = field(default_factory=list)
    _job_of: dict[tuple[str, str, str], UUID] = field(default_factory=dict)
    _reports: int = 0
    _effects: set[UUID] = field(default_factory=set)
    _effect_of: dict[str, UUID] = field(default_factory=dict)
    _effect_attempt: dict[UUID, int] = field(default_factory=dict)
    _answers: dict[tuple[str, str, str], tuple[str, object]] = field(default_factory=dict)
    accepted: set[UUID] = field(default_factory=set)
    sent: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """What other systems put straight on the queue."""
    expired: set[UUID] = field(default_factory=set)
    _followed: set[UUID] = field(default_factory=set)
    _running: dict[Hashable, list[Job]] = field(default_factory=dict)

    def asks(self, request: Request) -> None:
        """Note that a client asks."""
        self.asked[request.name] = request

    def sends(self, request: Request) -> None:
        """Note that another system puts a command on the queue."""
        self.asks(request)
        self.sent[request.scope] = request.name

    def answers(self, request: Request, answer: object) -> None:
        """Note what a client was told for good: one key has one request and one answer."""
        if request.key is None:
            return
        body, first = self._answers.setdefault(request.scope, (request.body, answer))
        self._expect(body == request.body, f"key {request.scope} served both {body} and {request.body}")
        self._expect(first == answer, f"key {request.scope} was answered {first} and then {answer}")

    def accepts(self, request: Request, job_id: UUID) -> None:
        """Note an acceptance: from now on the job may not be lost."""
        if job_id in self.expired:
            return
        self.accepted.add(job_id)
        job = self.tables.jobs.get(job_id)
        self._expect(job is not None, f"job {job_id} was accepted but is not stored")
        self._expect(job is None or job.origin.request_id == request.name, f"{request.name} was given another's job")
        self.answers(request, job_id)

    def executes(self, request: Request, reference: Reference | None) -> None:
        """Note that a command was carried out: its effect must be there."""
        self._expect(
            reference is not None and reference.id in self.tables.reports, f"{request.name} was done without an effect"
        )
        self.answers(request, reference)

    @contextmanager
    def runs(self, job: Job, process: Hashable) -> Iterator[None]:
        """Note that a handler runs for the block."""
        self.begun[job.id] += 1
        allowed = MOST_ATTEMPTS + self.hand_backs
        self._expect(self.begun[job.id] <= allowed, f"job {job.id} began {self.begun[job.id]} times")
        beside = self._running.setdefault(process, [])
        beside.append(job)
        has_company = len(beside) > 1 and any(each.runs_alone for each in beside)
        self._expect(not has_company, f"a suspect ran beside others: {[each.id for each in beside]}")
        try:
            yield
        finally:
            beside.remove(job)

    def follows(self, effect: UUID) -> None:
        """Note that the event of an effect reached its handler."""
        is_known = effect in self._effects or effect in self.tables.reports
        self._expect(is_known, f"an event tells of {effect}, which is not there")
        self._followed.add(effect)

    def marks(self, batch: OutboxBatch, published: set[str]) -> None:
        """See what a relay will not send again: it must have been taken by the queue."""
        assert isinstance(batch, InMemoryOutboxBatch)
        unsent = batch.sent - published
        self._expect(not unsent, f"messages {unsent} were marked but not sent")

    def runner_of(self, job_id: UUID) -> Hashable | None:
        """Return the process in which a job runs now."""
        return next((process for process, jobs in self._running.items() if job_id in [job.id for job in jobs]), None)

    def removes(self, letter: DeadLetter, is_sent_again: bool) -> None:  # noqa: FBT001 (a fact, not a switch)
        """See a dead letter go: what it was about must be under way again."""
        subject = letter.message.subject if letter.message else ""
        is_done_anew = (SCOPE, subject) in self.tables.keys or (subject and UUID(subject) in self.expired)
        self._expect(bool(is_sent_again or is_done_anew), f"a letter was removed that nobody redrove: {letter}")

    def look(self) -> None:
        """Compare what is committed now with what was seen last."""
        jobs, seen = list(self.tables.jobs.values()), self._seen
        if len(jobs) != len(seen) or not all(map(is_, jobs, seen)):
            before = {job.id: job for job in seen}
            for job in jobs:
                if before.get(job.id) is not job:
                    self._changed(before.get(job.id), job)
            for job_id in before.keys() - self.tables.jobs.keys():
                self._expires(before[job_id])
            self._seen = jobs
        if len(self.tables.reports) != self._reports:
            self._look_at_effects()
            self._reports = len(self.tables.reports)

    def at_the_end(self, queue: InMemoryQueue, *, is_nothing_forgotten: bool) -> None:
        """Once everything is healed and quiet: nothing may be left over."""
        if is_nothing_forgotten:
            unheard = self.sent.keys() - self._job_of.keys()
            self._expect(not unheard, f"nobody made jobs of {[self.sent[scope] for scope in unheard]}")
            self._look_for_letters(queue)
            untold = self.tables.reports.keys() - self._followed
            self._expect(not untold, f"nobody was told of {untold}")
        for job in self.tables.jobs.values():
            self._expect(job.status.is_terminal, f"job {job.id} is {job.status} for ever")
            has_effect = job.id in self._effect_attempt
            self._expect(has_effect == (job.status is JobStatus.SUCCEEDED), f"job {job.id} {job.status}: {has_effect=}")
        self._expect(self.accepted <= self.tables.jobs.keys(), "an accepted job is missing")
        self._expect(not self.tables.outbox, f"{len(self.tables.outbox)} messages were never sent")
        self._expect(not queue._held, f"{len(queue._held)} messages were never settled")
        for letter in queue.dead:
            if letter.reason == IdempotencyMismatchError.code:
                continue  # another system used one id for two commands
            job_id = UUID(letter.message.subject) if letter.message else None
            is_failed = job_id in self.tables.jobs and self.tables.jobs[job_id].status is JobStatus.FAILED
            self._expect(is_failed or job_id in self.expired, f"a dead letter of a job that did not fail: {letter}")

    def _look_for_letters(self, queue: InMemoryQueue) -> None:
        """Each job whose attempts are spent has a dead letter, or was done once more."""
        there = {letter.message.subject for letter in queue.dead if letter.message}
        redriven = {key for scope, key in self.tables.keys if scope == SCOPE}
        for job in self.tables.jobs.values():
            is_spent = job.failure is not None and job.failure.code in SPENT
            is_kept = str(job.id) in there or str(job.id) in redriven
            self._expect(not is_spent or is_kept, f"the dead letter of job {job.id} was lost")

    def raise_broken(self) -> None:
        """Raise BrokenPromiseError for the first broken promise."""
        if self.broken:
            raise BrokenPromiseError(self.broken[0])

    def _expires(self, job: Job) -> None:
        """See a job go: only what has ended long enough ago may."""
        before = self.clock.now() - self.retention
        is_old = job.finished_at is not None and job.finished_at < before
        self._expect(job.status.is_terminal and is_old, f"job {job.id} was lost: {job.status}")
        self.told["job.expired"] += 1
        self.expired.add(job.id)
        self.accepted.discard(job.id)
        for scope in [scope for scope, job_id in self._job_of.items() if job_id == job.id]:
            del self._job_of[scope]
            self._answers.pop(scope, None)

    def _is_successor(self, job: Job) -> bool:
        """Tell whether an operator had an ended job done once more, by this one and no other."""
        for (scope, key), row in self.tables.keys.items():
            if scope == SCOPE and row.job_id == job.id:
                ended = self.tables.jobs.get(UUID(key))
                self._expect(ended is None or ended.status in RETRIABLE, f"job {key} was retried while {ended}")
                self.told["job.redriven"] += 1
                return True
        return False

    def _changed(self, before: Job | None, job: Job) -> None:
        if before is None:
            request = self.asked.get(job.origin.request_id)
            self._expect(request is not None, f"job {job.id} was never asked for")
            if request is not None and not self._is_successor(job):
                first = self._job_of.setdefault(request.scope, job.id)
                self._expect(first == job.id, f"{request.scope} became two jobs")
            return
        self._expect(not before.status.is_terminal, f"job {job.id} went from {before.status} to {job.status}")
        self._expect(before.attempt <= job.attempt <= before.attempt + 1, f"job {job.id} jumped to {job.attempt}")
        is_begun = job.attempt > before.attempt
        self._expect(not is_begun or job.status is JobStatus.RUNNING, f"job {job.id} began but is {job.status}")
        is_lost = job.failure is not None and job.failure.code == "worker-lost"
        self._expect(not is_lost or job.runs_alone, f"job {job.id} was failed for what may be another's fault")
        self._expect(job.max_attempts <= MOST_ATTEMPTS + self.hand_backs, f"job {job.id} has {job.max_attempts}")
        is_going_back = before.progress and job.progress and not is_begun and job.progress.done < before.progress.done
        self._expect(not is_going_back, f"the progress of job {job.id} went back")

    def _look_at_effects(self) -> None:
        new = [report for report in self.tables.reports.values() if report.id not in self._effects]
        self._effects.update(report.id for report in new)
        for report in new:
            first = self._effect_of.setdefault(report.snapshot, report.id)
            self._expect(first == report.id, f"{report.snapshot} has two effects")
            assert isinstance(report.parameters, RecipeSelection)
            job_id, attempt = report.parameters.tag, report.content["attempt"]
            if job_id is None:
                request = self.asked.get(report.snapshot)
                self._expect(request is not None, f"{report.snapshot} was never asked for")
                continue
            job = self.tables.jobs.get(UUID(job_id))
            is_winner = job is not None and job.status is JobStatus.SUCCEEDED and job.attempt == attempt
            self._expect(is_winner, f"job {job_id} has the effect of attempt {attempt}, but is {job}")
            self._effect_attempt[UUID(job_id)] = job.attempt if job else 0

    def _expect(self, is_kept: bool, promise: str) -> None:  # noqa: FBT001 (an assertion that a handler cannot swallow)
        if not is_kept:
            self.broken.append(promise)
