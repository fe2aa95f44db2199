"""Tokens as the core sees them: text goes in, a verified principal comes out."""

import re
from dataclasses import dataclass
from typing import Protocol

from domain.principal import Principal

SUBJECT = re.compile(r"[A-Za-z0-9._:@|/-]{1,255}")
"""What a whole `sub` must match: nothing that could break out of a header, a log line or a path."""
EXPIRY_LIMIT_SECONDS = 100_000_000_000
"""`exp` must be below this epoch second: larger values have overflowed in other verifiers."""


def claim_path(location: str) -> tuple[str, ...]:
    """Return where a claim is, as one name a level: `/realm_access/roles` is a JSON Pointer, all else is a name.

    Names with dots, colons or slashes inside are in use (`cognito:groups`, `https://example.com/roles`).
    """
    if not location.startswith("/"):
        return (location,)
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in location[1:].split("/"))


class InvalidTokenError(Exception):
    """The token is not good, and never will be; `reason` is safe to show to whoever sent it."""

    def __init__(self, reason: str) -> None:
        """Say what is wrong, without repeating anything that came with the token."""
        super().__init__(reason)
        self.reason = reason


class KeysUnavailableError(Exception):
    """Nobody can tell now: the token's key is not known and the issuer did not give its keys."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Say how long to wait before the keys are asked for again (at least one second)."""
        super().__init__("the issuer's keys are unavailable")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """Who the token speaks for, until `expires_at` (epoch seconds)."""

    principal: Principal
    expires_at: float


class TokenVerifier(Protocol):
    """Decides whether a token is good now; what its principal may do is asked elsewhere, each time."""

    async def verify(self, token: str) -> VerifiedToken:
        """Return whom it speaks for, or raise InvalidTokenError or KeysUnavailableError; nothing else."""
