"""Time, identity and chance come through ports, so that tests own all three."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Wall-clock time in UTC; leases and expiry use the database's clock instead."""

    def now(self) -> datetime:
        """Return the current aware UTC time."""


class IdFactory(Protocol):
    """New identifiers, unique across processes."""

    def new(self) -> UUID:
        """Return a UUIDv7: unique, and ordered by creation time to the millisecond."""


class Chance(Protocol):
    """Randomness, for jitter."""

    def fraction(self) -> float:
        """Return a number drawn evenly from [0, 1)."""
