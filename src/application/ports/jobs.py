"""Jobs between their transactions: accepted, claimed, kept, watched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from application.ports.idempotency import IdempotencyKey
from domain.job import Job, Progress

MOST_DOUBLINGS = 6
"""How often the time doubles after which a job is announced again: from two minutes to two hours and eight."""


class Standing(StrEnum):
    """Why a job could not be claimed."""

    UNKNOWN = "unknown"
    FINISHED = "finished"
    FAILED = "failed"
    """It is finished, and its message may belong among the dead letters."""
    HELD = "held"
    """Another worker's lease is alive."""
    CAPPED = "capped"
    """Its owner has as many running as one caller may have."""
    SUSPECT = "suspect"
    """Its workers were lost with it before: it may begin only where no other job runs."""
    LATE = "late"
    """Its deadline is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """On what terms an attempt may begin: the lease's length, and how many of one owner may run at once."""

    lease_seconds: float
    most_of_one_owner: int = 1_000_000
    is_alone: bool = False
    """No other job runs in this process meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The job that a command became; `is_replay` when an earlier request with the same key had made it."""

    job: Job
    is_replay: bool = False


class JobStore(Protocol):
    """Each call is a transaction of its own; time is the database's."""

    async def accept(self, job: Job, key: IdempotencyKey | None = None) -> Acceptance:
        """Store a new job, its key and the message that announces it, in one transaction: it cannot be lost then.

        The same key gives the job that it gave before. Raises IdempotencyMismatchError for another request, and
        AnsweredOtherwiseError where the first one was carried out at once.
        """

    async def claim(self, job_id: UUID, terms: ClaimTerms) -> Job | Standing:
        """Begin the next attempt, counted before any work is done; `attempt` fences all that follows."""

    async def watch(self, running: Sequence[tuple[Job, Progress | None]]) -> Collection[UUID]:
        """Show the progress of running attempts at once, and return the jobs that are wished cancelled.

        Attempts that are no longer the running ones are ignored.
        """

    async def get(self, job_id: UUID, *, owner: str) -> Job | None:
        """Return the owner's job; None for a foreign one just as for one that does not exist."""


class JobLeases(Protocol):
    """Keeps running attempts alive; used beside the work, never by it."""

    async def renew(self, running: Sequence[Job], *, lease_seconds: float) -> Collection[UUID]:
        """Prolong the leases and return the jobs whose attempt still holds; the others are lost."""

    async def announce_again(self, job_id: UUID) -> None:
        """Send a fresh message for an unfinished job, as before the oldest one can be kept no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits: how many jobs, the oldest's age, and how many a second were finished of late.

    Of the queued ones, so many are `unsent`: their first message is still in the outbox.
    """

    queued: int
    unsent: int = 0
    oldest_seconds: float
    finished_per_second: float


class JobUpkeep(Protocol):
    """What keeps the job table honest and small."""

    async def announce_stale(self, *, after_seconds: float, limit: int, are_missing: bool) -> int:
        """Send fresh messages for jobs whose last one seems forgotten, those announced longest ago first.

        Each time waits twice as long as the last for a job that never began, unless it is known that messages are
        missing: a message may merely stand in a long queue.

        Harmless when the old message comes after all: the second claim finds the job taken.
        """

    async def expire(self, *, older_than: timedelta, limit: int) -> int:
        """Delete up to `limit` jobs finished longer ago than this; return how many.

        A report goes with the last job that came to it. Whose each of them was is remembered for 30 days more.
        """

    async def expire_keys(self, *, limit: int) -> int:
        """Delete up to `limit` idempotency records that are past their time; return how many."""

    async def backlog(self) -> Backlog:
        """Return what waits now."""
