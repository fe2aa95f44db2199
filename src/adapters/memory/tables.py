"""What the in-memory adapters share: the committed state."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.ports.audit import AuditEntry
from application.ports.idempotency import Outcome
from application.ports.queue import Channel, Message
from domain.delivery import Delivery, DeliveryAttempt
from domain.events import Event
from domain.job import Job, JobStatus, Origin
from domain.kept_ingredient import KeptIngredient
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList
from domain.projection import RecipeProjection
from domain.recipe import Recipe
from domain.recipe_export import RecipeExport
from domain.recipe_import import RecipeImport, Upload, UploadPart
from domain.report import Report
from domain.webhook import Webhook


@dataclass(slots=True)
class OutboxRow:
    """One unsent message; `is_claimed` while a relay holds it."""

    channel: Channel
    message: Message
    available_at: datetime
    is_claimed: bool = False
    refusals: int = 0

    @property
    def is_first_announcement(self) -> bool:
        """Tell whether it announces a job for the first time."""
        return self.channel is Channel.COMMANDS and self.message.id == self.message.subject


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What an idempotency key brought about: a job, or an outcome."""

    fingerprint: str
    job_id: UUID | None
    outcome: Outcome | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyLease:
    """A key that is owned for a time, or the answer that its owner left."""

    fingerprint: str
    owner: UUID | None
    answer: bytes | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillMark:
    """One time that a drill took effect."""

    drill_id: str
    attempt: int
    request_id: str


@dataclass(slots=True)
class UploadRow:
    """Lines that wait for their import; `upload` is None until all have come."""

    owner: str
    created_at: datetime
    parts: list[UploadPart] = field(default_factory=list)
    upload: Upload | None = None


@dataclass(slots=True)
class Tables:
    """What is committed."""

    recipes: dict[UUID, Recipe] = field(default_factory=dict)
    projections: dict[UUID, RecipeProjection] = field(default_factory=dict)
    ingredients: dict[UUID, KeptIngredient] = field(default_factory=dict)
    """In the order of their names."""
    reports: dict[UUID, Report] = field(default_factory=dict)
    price_lists: dict[UUID, PriceList] = field(default_factory=dict)
    menu_plans: dict[UUID, MenuPlan] = field(default_factory=dict)
    uploads: dict[UUID, UploadRow] = field(default_factory=dict)
    imports: dict[UUID, RecipeImport] = field(default_factory=dict)
    exports: dict[UUID, RecipeExport] = field(default_factory=dict)
    export_parts: dict[UUID, list[bytes]] = field(default_factory=dict)
    jobs: dict[UUID, Job] = field(default_factory=dict)
    expired: dict[UUID, str] = field(default_factory=dict)
    """Owners of jobs and reports that were deleted for their age."""
    leases: dict[UUID, datetime] = field(default_factory=dict)
    announced: dict[UUID, tuple[datetime, int]] = field(default_factory=dict)
    """When a job's last message was sent or is expected back, and how many were sent."""
    keys: dict[tuple[str, str], KeyRow] = field(default_factory=dict)
    key_leases: dict[tuple[str, str], KeyLease] = field(default_factory=dict)
    owned_keys: set[tuple[str, str]] = field(default_factory=set)
    """Keys whose first request is being carried out."""
    events: list[Event] = field(default_factory=list)
    """Every fact that was committed, followed or not."""
    outbox: list[OutboxRow] = field(default_factory=list)
    audit: list[tuple[Origin, AuditEntry]] = field(default_factory=list)
    drills: list[DrillMark] = field(default_factory=list)
    webhooks: dict[UUID, Webhook] = field(default_factory=dict)
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    delivery_attempts: list[tuple[UUID, DeliveryAttempt]] = field(default_factory=list)
    """What came of each try, with the delivery's id."""
    locked_jobs: dict[UUID, asyncio.Event] = field(default_factory=dict)
    """Rows that a transaction has locked, each with what tells that it has ended."""
    held_recipes: dict[UUID, asyncio.Event] = field(default_factory=dict)
    """The same for recipes."""
    followers: list[Callable[[UUID, JobStatus], None]] = field(default_factory=list)
    """Called at each change of a job."""
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each commit that adds to the outbox."""

    def put_job(self, job: Job) -> None:
        """Store a job, and tell those who follow it."""
        self.jobs[job.id] = job
        for follow in self.followers:
            follow(job.id, job.status)

    def put_recipe(self, recipe_id: UUID, recipe: Recipe | None) -> None:
        """Store a recipe's new state; with None it is gone, and what followed from it."""
        if recipe is not None:
            self.recipes[recipe_id] = recipe
            return
        self.recipes.pop(recipe_id, None)
        self.projections.pop(recipe_id, None)

    def drop_delivery(self, delivery_id: UUID) -> None:
        """Remove a delivery, if there is one, with its log."""
        self.deliveries.pop(delivery_id, None)
        self.delivery_attempts[:] = [each for each in self.delivery_attempts if each[0] != delivery_id]

    def has_webhook(self, owner: str) -> bool:
        """Tell whether anybody is told of the ends of this owner's jobs."""
        return any(webhook.owner == owner and webhook.disabled is None for webhook in self.webhooks.values())

    async def unlocked(self, job_id: UUID) -> None:
        """Wait until no transaction has this job locked, as any write to a locked row does."""
        while (ended := self.locked_jobs.get(job_id)) is not None:
            await ended.wait()
