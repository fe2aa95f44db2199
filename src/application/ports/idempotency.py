"""Idempotency keys: the same request twice has one effect and one answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from domain.job import Failure, Reference

KEY_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key as its caller chose it: unique within `scope` (caller and route, or message source).

    `fingerprint` is a digest of the whole request: another request under the same key is refused.
    """

    scope: str
    key: str
    fingerprint: str
    kept_for: timedelta = KEY_LIFE
    """From its first use on; it must outlast every way in which the same request may come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the first request came to: a reference (or none), a refusal, or a job that goes on by itself."""

    reference: Reference | None = None
    refusal: Failure | None = None
    refusal_kind: str | None = None
    job_id: UUID | None = None


class AnsweredOtherwiseError(Exception):
    """The same request, under the same key, went the other way before: at once, or as a job.

    Whoever asked chose another way this time; the first one holds.
    """

    def __init__(self, outcome: Outcome) -> None:
        """Keep what it came to."""
        super().__init__("the first request with this key went the other way")
        self.outcome = outcome


class IdempotencyRecords(Protocol):
    """Kept by the transaction that holds the effect, so that neither is there without the other."""

    async def claim(self, key: IdempotencyKey) -> Outcome | None:
        """Own the key until the transaction ends and return None; return the outcome if it was used before.

        Raises IdempotencyMismatchError for another request, RequestInProgressError while the first one runs. A
        claim dies with its transaction: a killed process blocks nobody.
        """

    async def keep(self, key: IdempotencyKey, outcome: Outcome) -> None:
        """Remember how it ended, under the key that this transaction owns.

        Raises RequestInProgressError when the same request became a job meanwhile: the transaction must not commit.
        """


class KeyLeases(Protocol):
    """Keys of what takes effect outside the database, where no transaction can hold both: owned for a time.

    They keep the answer itself, as JSON that means nothing here.
    """

    async def take(self, key: IdempotencyKey, *, owner: UUID, seconds: float) -> bytes | None:
        """Own the key for so long, by the store's clock, and return None; return the answer if one is kept.

        Raises IdempotencyMismatchError for another request, RequestInProgressError while another owns the key.
        """

    async def keep(self, key: IdempotencyKey, *, owner: UUID, answer: bytes) -> None:
        """Keep the answer for as long as the key is good, if this is still the owner."""

    async def give_up(self, key: IdempotencyKey, *, owner: UUID) -> None:
        """Let anybody begin anew, if this is still the owner."""
