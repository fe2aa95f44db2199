"""What the in-memory adapters share: the committed state."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.ports.queue import Channel, Message
from domain.ingredient import Ingredient
from domain.job import Job
from domain.nutrition import RecipeNutrition
from domain.recipe import Recipe
from domain.report import Report


@dataclass(slots=True)
class OutboxRow:
    """One unsent message; `is_claimed` while a relay holds it."""

    channel: Channel
    message: Message
    created_at: datetime
    is_claimed: bool = False


@dataclass(slots=True)
class Tables:
    """What is committed."""

    recipes: dict[UUID, Recipe] = field(default_factory=dict)
    nutrition: dict[UUID, tuple[int, str, RecipeNutrition]] = field(default_factory=dict)
    ingredients: tuple[Ingredient, ...] = ()
    reports: dict[UUID, Report] = field(default_factory=dict)
    jobs: dict[UUID, Job] = field(default_factory=dict)
    leases: dict[UUID, datetime] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each commit that adds to the outbox."""
