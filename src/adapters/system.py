"""The system's own clock, ids and randomness."""

import random
import secrets
from datetime import UTC, datetime
from uuid import UUID

from application.ports.clock import Chance, Clock, IdFactory
from application.ports.webhooks import SecretFactory
from domain.webhook import WebhookSecret

SECRET_BYTES = 32


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current UTC time."""
        return datetime.now(UTC)  # noqa: TID251 (this is the adapter that the ban points to)


class UuidFactory:
    """UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock that ids are ordered by."""
        self._clock = clock

    def new(self) -> UUID:
        """Return a new id."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        drawn = secrets.randbits(74)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | (drawn >> 62) << 64 | 0b10 << 62 | drawn & (1 << 62) - 1)


class SystemChance:
    """Pseudo-randomness, good enough for jitter."""

    def fraction(self) -> float:
        """Return a number from [0, 1)."""
        return random.random()  # noqa: S311 (jitter is no secret)


class SystemSecrets:
    """The system's own source of what nobody can guess."""

    def new(self) -> WebhookSecret:
        """Return a new secret."""
        return WebhookSecret(secrets.token_bytes(SECRET_BYTES))


_clock: type[Clock] = SystemClock
_ids: type[IdFactory] = UuidFactory
_chance: type[Chance] = SystemChance
_secrets: type[SecretFactory] = SystemSecrets
