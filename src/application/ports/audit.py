"""The audit trail: what operators did, written once and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class AuditAction(StrEnum):
    """What an operator may do."""

    LETTER_REDRIVEN = "dead-letter.redriven"
    LETTER_DISCARDED = "dead-letter.discarded"
    JOB_RETRIED = "job.retried"
    JOB_CANCELLED = "job.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action on one target (the id of a letter or job), with what else tells it."""

    action: AuditAction
    target: str
    detail: Mapping[str, str] = field(default_factory=dict)


class AuditLog(Protocol):
    """Part of a transaction: whose origin says who, and under which request; the database's clock says when."""

    async def record(self, entry: AuditEntry) -> None:
        """Add an entry."""
