"""The unit of work in memory, with the real one's promises: for tests and first tries."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from adapters.memory.audit import InMemoryAuditLog
from adapters.memory.bulk import InMemoryExports, InMemoryImports, InMemoryRecipeBatches, InMemoryUploads
from adapters.memory.catalogue import InMemoryCatalogueRepository
from adapters.memory.drill_effects import InMemoryDrillEffects
from adapters.memory.planning import InMemoryMenuPlans, InMemoryPriceLists
from adapters.memory.recipes import InMemoryRecipeRepository
from adapters.memory.tables import KeyRow, OutboxRow, Tables
from adapters.memory.webhooks import InMemoryWebhooks
from adapters.wire.messages import event_message, job_message
from application.dispatch import is_followed, is_for_webhooks
from application.ports.clock import Clock, IdFactory
from application.ports.idempotency import IdempotencyKey, Outcome
from application.ports.queue import Channel
from application.ports.unit_of_work import LeaseLostError, Transaction, UnitOfWork
from domain.errors import IdempotencyMismatchError, RequestInProgressError
from domain.events import Event
from domain.job import Job, JobStatus, Origin
from domain.projection import RecipeProjection
from domain.recipe import Recipe
from domain.report import Report


class InMemoryTransaction:
    """Changes wait here until the commit; a reader inside sees them, nobody else does."""

    def __init__(self, tables: Tables, origin: Origin, clock: Clock, ids: IdFactory) -> None:
        """Begin with nothing changed."""
        self.tables = tables
        self._origin = origin
        self._clock = clock
        self._ids = ids
        self._changes: list[Callable[[], None]] = []
        self._recipes: dict[UUID, Recipe | None] = {}
        self._held: set[UUID] = set()
        self._ended: list[tuple[Job, float]] = []
        self._owned: set[tuple[str, str]] = set()
        self._locked: set[UUID] = set()
        self.recipes = InMemoryRecipeRepository(self)
        self.projections = _Projections(tables, self._changes)
        self.catalogue = InMemoryCatalogueRepository(self)
        self.reports = _Reports(tables, self._changes)
        self.price_lists = InMemoryPriceLists(tables, self._changes)
        self.menu_plans = InMemoryMenuPlans(tables, self._changes)
        self.batches = InMemoryRecipeBatches(self)
        self.uploads = InMemoryUploads(tables, self._changes)
        self.imports = InMemoryImports(tables, self._changes)
        self.exports = InMemoryExports(tables, self._changes)
        self.jobs = _Jobs(self)
        self.idempotency = _Keys(self)
        self.outbox = _Outbox(self)
        self.audit = InMemoryAuditLog(tables, origin, self._changes)
        self.webhooks = InMemoryWebhooks(tables, self._changes)
        self.drills = InMemoryDrillEffects(tables, origin, self._changes)

    async def hold(self, recipe_id: UUID) -> None:
        """Wait until nobody else holds this recipe, and hold it until the transaction ends."""
        if recipe_id in self._held:
            return
        while (ended := self.tables.held_recipes.get(recipe_id)) is not None:
            await ended.wait()
        self.tables.held_recipes[recipe_id] = asyncio.Event()
        self._held.add(recipe_id)

    def change_recipe(self, recipe_id: UUID, recipe: Recipe | None) -> None:
        """Keep a recipe's new state, or that it is gone, for the commit."""
        self._recipes[recipe_id] = recipe

    def recipe(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe as this transaction sees it."""
        return self._recipes[recipe_id] if recipe_id in self._recipes else self.tables.recipes.get(recipe_id)

    def recipes_seen(self) -> Collection[Recipe]:
        """Return all recipes as this transaction sees them."""
        return [recipe for recipe in {**self.tables.recipes, **self._recipes}.values() if recipe is not None]

    def later(self, change: Callable[[], None]) -> None:
        """Keep a change for the commit."""
        self._changes.append(change)

    async def lock(self, job_id: UUID) -> Job | None:
        """Return a job that nobody else changes until the transaction ends."""
        if job_id not in self._locked:
            await self.tables.unlocked(job_id)
            self.tables.locked_jobs[job_id] = asyncio.Event()
            self._locked.add(job_id)
        return self.tables.jobs.get(job_id)

    async def end(self, job: Job, retry_after_seconds: float) -> None:
        """Fence, and keep the job's end for the commit; the lock keeps the fence true until then."""
        await self.lock(job.id)
        self._fence(job)
        self._ended.append((job, retry_after_seconds))

    def add_job(self, job: Job) -> None:
        """Keep a new job and its message for the commit."""
        now = self._clock.now()

        def change() -> None:
            self.tables.announced[job.id] = (now, 1)
            self.tables.put_job(job)
            self.tables.outbox.append(OutboxRow(Channel.COMMANDS, job_message(job), now))

        self.later(change)

    def announce(self, job: Job, delay_seconds: float) -> None:
        """Keep a delayed message for the commit."""
        row = OutboxRow(Channel.COMMANDS, job_message(job), self._clock.now() + timedelta(seconds=delay_seconds))
        self.later(lambda: self.tables.outbox.append(row))

    def claim_key(self, key: IdempotencyKey) -> Outcome | None:
        """Own a key until the transaction ends, or return what it brought about."""
        name = (key.scope, key.key)
        row = self.tables.keys.get(name)
        if row is not None and row.fingerprint != key.fingerprint:
            raise IdempotencyMismatchError("This idempotency key was used for another request.")
        if row is not None:
            return row.outcome or Outcome(job_id=row.job_id)
        if name in self.tables.owned_keys:
            raise RequestInProgressError("The first request with this idempotency key is still being carried out.")
        self.tables.owned_keys.add(name)
        self._owned.add(name)
        return None

    def keep_key(self, key: IdempotencyKey, outcome: Outcome) -> None:
        """Keep a key's outcome for the commit."""
        if (key.scope, key.key) in self.tables.keys:
            raise RequestInProgressError("The same request was accepted as a job meanwhile.")
        row = KeyRow(key.fingerprint, None, outcome, self._clock.now() + key.kept_for)
        self.later(lambda: self.tables.keys.update({(key.scope, key.key): row}))

    def close(self) -> None:
        """Give up the keys that are owned and what is locked, however the transaction ended."""
        self.tables.owned_keys -= self._owned
        for job_id in self._locked:
            self.tables.locked_jobs.pop(job_id).set()
        for recipe_id in self._held:
            self.tables.held_recipes.pop(recipe_id).set()

    def record(self, event: Event) -> None:
        """Keep an event for the commit; one that nobody follows does not travel."""
        self.later(lambda: self.tables.events.append(event))
        if not is_followed(type(event)):
            return
        message = event_message(self._ids.new(), event, self._origin)
        row = OutboxRow(Channel.EVENTS, message, self._clock.now())

        def change() -> None:
            if not is_for_webhooks(type(event)) or self.tables.has_webhook(event.owner):
                self.tables.outbox.append(row)

        self.later(change)

    def commit(self) -> None:
        """Apply everything."""
        for job, delay in self._ended:
            wished = self.tables.jobs[job.id].cancel_requested
            self.tables.put_job(replace(job, cancel_requested=wished))
            _, sent = self.tables.announced[job.id]
            self.tables.announced[job.id] = (self._clock.now() + timedelta(seconds=delay), sent)
        for recipe_id, recipe in self._recipes.items():
            self.tables.put_recipe(recipe_id, recipe)
        for change in self._changes:
            change()

    def _fence(self, job: Job) -> None:
        current = self.tables.jobs.get(job.id)
        if current is None or current.status is not JobStatus.RUNNING or current.attempt != job.attempt:
            raise LeaseLostError(str(job.id))


@dataclass(frozen=True, slots=True)
class _Jobs:
    transaction: InMemoryTransaction

    async def save(self, job: Job, *, retry_after_seconds: float = 0) -> None:
        await self.transaction.end(job, retry_after_seconds)

    async def add(self, job: Job) -> None:
        self.transaction.add_job(job)

    async def announce(self, job: Job, *, delay_seconds: float) -> None:
        self.transaction.announce(job, delay_seconds)

    async def lock(self, job_id: UUID) -> Job | None:
        return await self.transaction.lock(job_id)

    async def change(self, job: Job) -> None:
        self.transaction.later(lambda: self.transaction.tables.put_job(job))


@dataclass(frozen=True, slots=True)
class _Keys:
    transaction: InMemoryTransaction

    async def claim(self, key: IdempotencyKey) -> Outcome | None:
        return self.transaction.claim_key(key)

    async def keep(self, key: IdempotencyKey, outcome: Outcome) -> None:
        self.transaction.keep_key(key, outcome)


@dataclass(frozen=True, slots=True)
class _Outbox:
    transaction: InMemoryTransaction

    async def record(self, event: Event) -> None:
        self.transaction.record(event)


@dataclass(frozen=True, slots=True)
class _Reports:
    tables: Tables
    changes: list[Callable[[], None]]

    async def add(self, report: Report) -> None:
        self.changes.append(lambda: self.tables.reports.update({report.id: report}))


@dataclass(frozen=True, slots=True)
class _Projections:
    tables: Tables
    changes: list[Callable[[], None]]

    async def save(self, projections: Sequence[RecipeProjection]) -> None:
        def change() -> None:
            for made in projections:
                known = self.tables.projections.get(made.recipe_id)
                if known is None or known.version <= made.version:
                    self.tables.projections[made.recipe_id] = made

        self.changes.append(change)


class InMemoryUnitOfWork:
    """Opens transactions on shared tables."""

    def __init__(self, tables: Tables, clock: Clock, ids: IdFactory) -> None:
        """Take the tables, and the sources of times and event ids."""
        self._tables = tables
        self._clock = clock
        self._ids = ids

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a transaction; see the port for its promises."""
        transaction = InMemoryTransaction(self._tables, origin, self._clock, self._ids)
        try:
            yield transaction
            transaction.commit()
        finally:
            transaction.close()
        self._tables.committed.set()


_: type[UnitOfWork] = InMemoryUnitOfWork
