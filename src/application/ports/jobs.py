"""Jobs between their transactions: accepted, claimed, watched."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.job import Job, Progress


class Standing(StrEnum):
    """Why a job could not be claimed."""

    UNKNOWN = "unknown"
    FINISHED = "finished"
    HELD = "held"
    """Another worker's lease is alive."""


class JobStore(Protocol):
    """Each call is a transaction of its own; time is the database's."""

    async def accept(self, job: Job) -> None:
        """Store a new job and the message that announces it, in one transaction: after this it cannot be lost."""

    async def claim(self, job_id: UUID, *, lease_seconds: float) -> Job | Standing:
        """Begin the next attempt, counted before any work is done; `attempt` fences all that follows."""

    async def report_progress(self, progress: Sequence[tuple[Job, Progress]]) -> None:
        """Show the progress of several attempts at once; one that is no longer running is ignored."""

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job; None for a foreign one just as for one that does not exist."""
