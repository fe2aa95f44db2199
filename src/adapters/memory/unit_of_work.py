"""The unit of work in memory, with the real one's promises: for tests and first tries."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from adapters.memory.tables import OutboxRow, Tables
from adapters.wire.messages import event_message
from application.ports.clock import Clock, IdFactory
from application.ports.queue import Channel
from application.ports.unit_of_work import LeaseLostError, Transaction, UnitOfWork
from domain.events import Event
from domain.ingredient import Ingredient
from domain.job import Job, JobStatus, Origin
from domain.nutrition import RecipeNutrition
from domain.recipe import Recipe
from domain.report import Report


class InMemoryTransaction:
    """Changes wait here until the commit; a reader inside sees them, nobody else does."""

    def __init__(self, tables: Tables, origin: Origin, clock: Clock, ids: IdFactory) -> None:
        """Begin with nothing changed."""
        self._tables = tables
        self._origin = origin
        self._clock = clock
        self._ids = ids
        self._changes: list[Callable[[], None]] = []
        self._added: dict[UUID, Recipe] = {}
        self._ended: list[Job] = []
        self.recipes = self
        self.nutrition = _Nutrition(tables, self._changes)
        self.catalogue = _Ingredients(tables, self._changes)
        self.reports = _Reports(tables, self._changes)
        self.jobs = _Jobs(self)
        self.outbox = _Outbox(self)

    async def add(self, recipe: Recipe) -> None:
        """Store a new recipe."""
        self._added[recipe.id] = recipe
        self.later(lambda: self._tables.recipes.update({recipe.id: recipe}))

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""
        return self._added.get(recipe_id) or self._tables.recipes.get(recipe_id)

    def later(self, change: Callable[[], None]) -> None:
        """Keep a change for the commit."""
        self._changes.append(change)

    def end(self, job: Job) -> None:
        """Fence now and again at the commit, as the row lock of a real database does."""
        self._fence(job)
        self._ended.append(job)

    def record(self, event: Event) -> None:
        """Keep an event for the commit."""
        message = event_message(self._ids.new(), event, self._origin)
        row = OutboxRow(Channel.EVENTS, message, self._clock.now())
        self.later(lambda: self._tables.outbox.append(row))

    def commit(self) -> None:
        """Apply everything or, when a fence refuses, nothing."""
        for job in self._ended:
            self._fence(job)
        for job in self._ended:
            self._tables.jobs[job.id] = job
        for change in self._changes:
            change()

    def _fence(self, job: Job) -> None:
        current = self._tables.jobs.get(job.id)
        if current is None or current.status is not JobStatus.RUNNING or current.attempt != job.attempt:
            raise LeaseLostError(str(job.id))


@dataclass(frozen=True, slots=True)
class _Jobs:
    transaction: InMemoryTransaction

    async def save(self, job: Job) -> None:
        self.transaction.end(job)


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
class _Ingredients:
    tables: Tables
    changes: list[Callable[[], None]]

    async def replace(self, ingredients: Sequence[Ingredient]) -> None:
        kept = tuple(sorted(ingredients, key=lambda ingredient: ingredient.name))
        self.changes.append(lambda: setattr(self.tables, "ingredients", kept))


@dataclass(frozen=True, slots=True)
class _Nutrition:
    tables: Tables
    changes: list[Callable[[], None]]

    async def save(self, recipe_id: UUID, version: int, catalogue: str, nutrition: RecipeNutrition) -> None:
        def change() -> None:
            known = self.tables.nutrition.get(recipe_id)
            if known is None or known[0] <= version:
                self.tables.nutrition[recipe_id] = (version, catalogue, nutrition)

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
        yield transaction
        transaction.commit()
        self._tables.committed.set()


_: type[UnitOfWork] = InMemoryUnitOfWork
