"""The issuer's public keys: fetched when needed, shared by all requests, kept while the issuer is away.

Invariants: at most one fetch at a time; a failing, garbled or empty answer changes nothing; an answer with
keys replaces all of them, so a key that is left out is revoked; what strangers send cannot cause more than
one fetch per cooldown; a request whose key is known waits for a fetch only when none was tried for a whole
`max_age_seconds` (at the start, or after idle hours).
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence

from joserfc.jwk import Key

from adapters.identity.algorithms import Algorithm
from adapters.identity.key_document import KeyName, read_key_document
from adapters.identity.key_fetch import KeyFetchError, fetch_key_document
from application.ports.telemetry import Telemetry
from application.ports.tokens import InvalidTokenError, KeysUnavailableError

MAX_AGE_SECONDS = 300
COOLDOWN_SECONDS = 30
"""Between two fetches for keys that are unknown, and between two tries while the issuer fails."""
FIRST_RETRY_SECONDS = 1
"""The same while there is not one key yet, when nothing can be verified anyway."""
AHEAD = 0.8
"""The share of the maximum age after which the keys are fetched again in the background."""


class KeySet:
    """Finds verification keys by key id and algorithm; `monotonic` returns seconds."""

    def __init__(
        self,
        url: str,
        algorithms: Sequence[Algorithm],
        telemetry: Telemetry,
        *,
        fetch: Callable[[str], Awaitable[bytes]] = fetch_key_document,
        monotonic: Callable[[], float] = time.monotonic,
        max_age_seconds: float = MAX_AGE_SECONDS,
    ) -> None:
        """Fetch nothing yet; `fetch` raises KeyFetchError when it gets no document."""
        self._url = url
        self._algorithms = algorithms
        self._telemetry = telemetry
        self._fetch = fetch
        self._monotonic = monotonic
        self._max_age_seconds = max_age_seconds
        self._keys: dict[KeyName, Key] = {}
        self._version = 0
        self._tried_at = -math.inf
        self._loaded_at = -math.inf
        self._is_failing = False
        self._loading: asyncio.Task[None] | None = None

    async def find(self, key_id: str, algorithm: str) -> Key:
        """Return the key; raise InvalidTokenError if the issuer has none such, KeysUnavailableError if unknown."""
        name = (key_id, algorithm)
        if self._seconds_since_try() >= self._max_age_seconds:
            await self._load_once()
        self._load_ahead()
        if name not in self._keys and self._seconds_to_next_try() <= 0:
            await self._load_once()
        if name in self._keys:
            return self._keys[name]
        if self._is_failing:
            raise KeysUnavailableError(max(1, math.ceil(self._seconds_to_next_try())))
        raise InvalidTokenError("unknown key")

    def version(self) -> int:
        """Return a number that changes with the keys; must run in the event loop, for it may start a fetch there."""
        self._load_ahead()
        return self._version

    async def close(self) -> None:
        """Give up a fetch under way."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])

    def _seconds_since_try(self) -> float:
        return self._monotonic() - self._tried_at

    def _seconds_to_next_try(self) -> float:
        return (COOLDOWN_SECONDS if self._keys else FIRST_RETRY_SECONDS) - self._seconds_since_try()

    def _load_ahead(self) -> None:
        """Start a fetch that nobody waits for, once the keys near their age and the last try is not too near."""
        is_old = self._monotonic() - self._loaded_at >= AHEAD * self._max_age_seconds
        if is_old and self._seconds_to_next_try() <= 0:
            self._start_loading()

    async def _load_once(self) -> None:
        # Shielded: a caller that gives up must not take the fetch away from the others.
        await asyncio.shield(self._start_loading())

    def _start_loading(self) -> asyncio.Task[None]:
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load(), name="key set")
        return self._loading

    async def _load(self) -> None:
        try:
            keys = read_key_document(await self._fetch(self._url), self._algorithms)
        except (KeyFetchError, ValueError) as error:
            self._is_failing = True
            self._telemetry.event("key_set_refused", {"reason": str(error), "keys_kept": len(self._keys)})
            return
        finally:
            self._tried_at = self._monotonic()
        self._is_failing = False
        self._loaded_at = self._tried_at
        if _thumbprints(keys) != _thumbprints(self._keys):
            self._version += 1
            self._telemetry.event("key_set_changed", {"keys": len(keys)})
        self._keys = keys


def _thumbprints(keys: dict[KeyName, Key]) -> dict[KeyName, str]:
    return {name: key.thumbprint() for name, key in keys.items()}
