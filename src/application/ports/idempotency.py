"""Idempotency keys: the same request twice has one effect and one answer."""

from dataclasses import dataclass
from typing import Protocol

from domain.job import Failure, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A key as its caller chose it: unique within `scope` (caller and route, or message source).

    `fingerprint` is a digest of the whole request: another request under the same key is refused.
    """

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the first request ended: with a reference (or none), or refused."""

    reference: Reference | None = None
    refusal: Failure | None = None
    refusal_kind: str | None = None


class IdempotencyRecords(Protocol):
    """Kept by the transaction that holds the effect, so that neither is there without the other."""

    async def claim(self, key: IdempotencyKey) -> Outcome | None:
        """Own the key until the transaction ends and return None; return the outcome if it was used before.

        Raises IdempotencyMismatchError for another request, RequestInProgressError while the first one runs. A
        claim dies with its transaction: a killed process blocks nobody.
        """

    async def keep(self, key: IdempotencyKey, outcome: Outcome) -> None:
        """Remember how it ended, under the key that this transaction owns."""
