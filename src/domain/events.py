"""Every fact: what has happened, as far as others may need to know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeAdded:
    """A recipe was published."""

    recipe_id: UUID
    version: int
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGenerated:
    """A report is ready to be read."""

    report_id: UUID
    kind: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSucceeded:
    """A job ended well; its effect is committed with this fact."""

    job_id: UUID
    kind: str
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """A job ended without an effect; `code` says why and is stable."""

    job_id: UUID
    kind: str
    owner: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """A job was stopped at its owner's or an operator's wish; it has no effect."""

    job_id: UUID
    kind: str
    owner: str
    at: datetime


Event = RecipeAdded | ReportGenerated | JobSucceeded | JobFailed | JobCancelled
