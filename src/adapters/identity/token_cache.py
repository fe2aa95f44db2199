"""Remembers verified tokens, so that a token's signature is checked once and not on each request."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable

from application.ports.tokens import TokenVerifier, VerifiedToken

CAPACITY = 4_096
MAX_AGE_SECONDS = 300


class CachingTokenVerifier:
    """A bounded cache before another verifier, keyed by digest: it holds no token.

    An entry ends with its token's `exp`, after `MAX_AGE_SECONDS`, when the issuer's keys change (`keys_version`
    then returns another number), or as the least recently used one. Refusals are not remembered.
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        keys_version: Callable[[], int],
        *,
        now: Callable[[], float] = time.time,
        capacity: int = CAPACITY,
    ) -> None:
        """Start empty; `now` returns epoch seconds."""
        self._verifier = verifier
        self._keys_version = keys_version
        self._now = now
        self._capacity = capacity
        self._seen_version = -1
        self._entries: OrderedDict[bytes, tuple[float, VerifiedToken]] = OrderedDict()

    async def verify(self, token: str) -> VerifiedToken:
        """Return whom it speaks for, or raise InvalidTokenError or KeysUnavailableError."""
        version = self._keys_version()
        if version != self._seen_version:
            self._entries.clear()
            self._seen_version = version
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        entry = self._entries.get(digest)
        if entry is not None:
            if self._now() < entry[0]:
                self._entries.move_to_end(digest)
                return entry[1]
            del self._entries[digest]
        verified = await self._verifier.verify(token)
        self._keep(digest, verified, version)
        return verified

    def _keep(self, digest: bytes, verified: VerifiedToken, version: int) -> None:
        # Keys that changed meanwhile may have been the ones this token was verified with.
        if self._keys_version() != version:
            return
        self._entries[digest] = (min(verified.expires_at, self._now() + MAX_AGE_SECONDS), verified)
        self._entries.move_to_end(digest)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)


_: type[TokenVerifier] = CachingTokenVerifier
