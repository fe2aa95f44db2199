"""Whether this process can do its work now."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

CHECK_SECONDS = 2.0
FRESH_SECONDS = 1.0


class Readiness:
    """Asks each part that requests need; concurrent and closely following questions share one answer."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        """Take one check for each part; a check that raises or takes over two seconds has failed."""
        self._checks = checks
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self._states: dict[str, str] = {}

    async def is_serving(self) -> bool:
        """Tell whether requests can be served: a queue that is away stops none, for the outbox takes its messages."""
        return (await self.states())["database"] == "up"

    async def states(self) -> dict[str, str]:
        """Return `up` or `down` for each part."""
        async with self._lock:
            if time.monotonic() - self._asked_at > FRESH_SECONDS:
                states = await asyncio.gather(*(self._state(check) for check in self._checks.values()))
                self._states = dict(zip(self._checks, states, strict=True))
                self._asked_at = time.monotonic()
        return self._states

    @staticmethod
    async def _state(check: Callable[[], Awaitable[object]]) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except Exception:  # noqa: BLE001 (whatever it is, the part is not usable)
            return "down"
        return "up"
