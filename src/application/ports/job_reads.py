"""Jobs as their owners see them, beside the one that they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.job import Job, JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page ended: its last item's time and id. What is added later comes before it, so pages do not shift."""

    at: datetime
    id: UUID


class JobReads(Protocol):
    """Reads only. Raises StorageUnavailableError."""

    async def page(self, *, owner: str, status: JobStatus | None, after: Position | None, limit: int) -> Sequence[Job]:
        """Return up to `limit` of the owner's jobs, newest first, from after the position on."""

    async def is_expired(self, resource_id: UUID, *, owner: str) -> bool:
        """Tell whether this was a job or a report of the owner's that was deleted for its age, not long ago."""

    async def durations(self) -> Mapping[str, float]:
        """Return for each kind the median of the seconds that recent jobs took from their start to their end."""
