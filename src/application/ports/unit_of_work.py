"""The unit of work: everything that a use case changes is committed together or not at all."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from application.ports.audit import AuditLog
from application.ports.drills import DrillEffects
from application.ports.idempotency import IdempotencyRecords
from application.ports.imports import RecipeBatches, RecipeExports, RecipeImports, Uploads
from application.ports.webhooks import WebhookRepository
from domain.composition import Composition
from domain.events import Event
from domain.ingredient import Ingredient
from domain.job import Job, Origin
from domain.kept_ingredient import KeptIngredient
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList
from domain.projection import RecipeProjection
from domain.recipe import Recipe
from domain.report import Report


class StorageUnavailableError(Exception):
    """The database did not answer, or the outcome of a commit is unknown; trying again may help."""


class ForgetfulStorageError(Exception):
    """The database may forget what it has committed; the message names why."""


class SchemaError(Exception):
    """The database's schema and this release disagree; the message names the migration."""


class LeaseLostError(Exception):
    """Another worker has taken this job over: this attempt may change nothing any more."""


class RecipeRepository(Protocol):
    """Recipes as aggregates; reads that only show one go through RecipeReads."""

    async def add(self, recipe: Recipe) -> None:
        """Store a new recipe."""

    async def get(self, recipe_id: UUID) -> Recipe | None:
        """Return the recipe, or None."""

    async def lock(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist, unchanged by anybody else until the transaction ends."""

    async def get_many(self, recipe_ids: Collection[UUID]) -> Mapping[UUID, Recipe]:
        """Return those that exist."""

    async def save(self, recipe: Recipe) -> None:
        """Store a locked recipe's new version, but not its readings."""

    async def remove(self, recipe_id: UUID) -> None:
        """Remove a locked recipe with all that follows from it."""

    async def save_readings(self, recipe: Recipe) -> None:
        """Keep how the recipe's lines are read now, unless the stored recipe is of another version."""

    async def ids(self, after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return the ids that follow this one in their order, the first ones after None."""

    async def naming(self, names: Collection[str], after: UUID | None, *, limit: int) -> Sequence[UUID]:
        """Return, like `ids`, those of recipes whose lines may hold one of these names; some more do no harm."""

    async def lock_uses(self) -> None:
        """Let nobody else change which recipe uses which until the transaction ends; take this lock first."""

    async def uses_around(self, recipe_ids: Collection[UUID]) -> Composition:
        """Return which recipe uses which among these, those below them and those above them, at any remove."""


class ProjectionRepository(Protocol):
    """What follows from each recipe: it can be rebuilt from recipes and catalogue."""

    async def save(self, projections: Sequence[RecipeProjection]) -> None:
        """Keep each, unless a newer version of its recipe was projected before: idempotent, in any order."""


class CatalogueRepository(Protocol):
    """The ingredients that recipe lines are read against.

    Each change gives the catalogue another version; the same ingredients in the same versions give the same one.
    """

    async def replace(self, ingredients: Sequence[Ingredient]) -> None:
        """Make these the table; what callers have added or revised stays as it is."""

    async def lock(self) -> Mapping[UUID, KeptIngredient]:
        """Return all ingredients, unchanged by anybody else until the transaction ends."""

    async def save(self, kept: KeptIngredient) -> None:
        """Store a new ingredient, or the next version of one, in a locked catalogue."""


class ReportRepository(Protocol):
    """Finished reports."""

    async def add(self, report: Report) -> None:
        """Store a report."""


class PriceListRepository(Protocol):
    """Price lists as aggregates."""

    async def lock(self, price_list_id: UUID) -> PriceList | None:
        """Return the list, unchanged by anybody else until the transaction ends; None if there is none."""

    async def save(self, price_list: PriceList) -> None:
        """Store a new list, or the next version of a locked one."""


class MenuPlanRepository(Protocol):
    """Menu plans as aggregates."""

    async def lock(self, menu_plan_id: UUID) -> MenuPlan | None:
        """Return the plan, unchanged by anybody else until the transaction ends; None if there is none."""

    async def save(self, plan: MenuPlan) -> None:
        """Store a new plan, or the next version of a locked one."""


class JobRepository(Protocol):
    """The job's end, inside the transaction that holds the job's effect."""

    async def save(self, job: Job, *, retry_after_seconds: float = 0) -> None:
        """Store what this attempt made of the job, if it is still the running attempt.

        Else raise LeaseLostError, at the latest when the transaction ends, and nothing of it is kept.

        `retry_after_seconds` is when the message of a released job is expected back.
        """

    async def add(self, job: Job) -> None:
        """Store a new job and the message that announces it."""

    async def announce(self, job: Job, *, delay_seconds: float) -> None:
        """Add the job's message to the outbox, to be sent after the delay."""

    async def lock(self, job_id: UUID) -> Job | None:
        """Return the job, unchanged by anybody else until the transaction ends; None if there is none."""

    async def change(self, job: Job) -> None:
        """Store a locked job's wish to be cancelled, or its end."""


class Outbox(Protocol):
    """Facts to be published once, and only if, the transaction commits."""

    async def record(self, event: Event) -> None:
        """Add an event; it leaves with the request id and trace of the transaction's origin.

        An event that no handler follows is not sent: nobody else reads that queue. Neither is one that only webhooks
        follow, where its owner has none that is active.
        """


class Transaction(Protocol):
    """What a handler may change."""

    @property
    def recipes(self) -> RecipeRepository:
        """Recipes."""

    @property
    def projections(self) -> ProjectionRepository:
        """What follows from recipes."""

    @property
    def catalogue(self) -> CatalogueRepository:
        """The ingredient catalogue."""

    @property
    def reports(self) -> ReportRepository:
        """Reports."""

    @property
    def price_lists(self) -> PriceListRepository:
        """Price lists."""

    @property
    def menu_plans(self) -> MenuPlanRepository:
        """Menu plans."""

    @property
    def batches(self) -> RecipeBatches:
        """Many recipes at once."""

    @property
    def uploads(self) -> Uploads:
        """Lines that wait for their import."""

    @property
    def imports(self) -> RecipeImports:
        """Finished imports."""

    @property
    def exports(self) -> RecipeExports:
        """Finished exports."""

    @property
    def jobs(self) -> JobRepository:
        """Jobs."""

    @property
    def idempotency(self) -> IdempotencyRecords:
        """Idempotency keys."""

    @property
    def outbox(self) -> Outbox:
        """Events to publish."""

    @property
    def audit(self) -> AuditLog:
        """What operators did."""

    @property
    def webhooks(self) -> WebhookRepository:
        """Webhooks and their deliveries."""

    @property
    def drills(self) -> DrillEffects:
        """The marks of drills."""


class UnitOfWork(Protocol):
    """Opens transactions."""

    def begin(self, origin: Origin) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: leaving cleanly commits, an exception rolls back.

        It begins with the first call on one of its parts. Read through other ports before that, not after:
        a transaction that waits for a second connection can starve its like.

        Raises StorageUnavailableError when the database is out of reach or the commit's outcome unknown.
        """
