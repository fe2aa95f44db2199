"""Who may run now, and how many messages are worth receiving before their turn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

MOST_RECEIVED = 10
SHORT_SECONDS = 1.0
"""Longer than this nobody waits for a turn, for another worker may be idle."""


class Turns:
    """Up to `most` at once; while turns are short, messages are received ahead, for a call costs the same for ten.

    A message whose turn does not come soon is for others; then no more are received than can run at once, until
    turns are short again.
    """

    def __init__(self, most: int, monotonic: Callable[[], float]) -> None:
        """Start with all turns free; `monotonic` tells how long each takes."""
        self._most = most
        self._monotonic = monotonic
        self._running = 0
        self._slots = asyncio.Semaphore(most)
        self._are_short = True

    @property
    def are_taken(self) -> bool:
        """Tell whether nobody else could run now."""
        return self._slots.locked()

    async def room(self) -> int:
        """Wait until somebody could run at once; return how many messages to receive."""
        async with self._slots:
            return MOST_RECEIVED if self._are_short else min(MOST_RECEIVED, self._most - self._running)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Wait for a turn and hold it for the block; give False when it did not come soon."""
        if not await self._comes_soon():
            self._are_short = False
            yield False
            return
        self._running += 1
        began = self._monotonic()
        try:
            yield True
        finally:
            self._running -= 1
            self._are_short = self._monotonic() - began < SHORT_SECONDS
            self._slots.release()

    async def _comes_soon(self) -> bool:
        if not self._slots.locked():
            return await self._slots.acquire()  # does not wait
        try:
            async with asyncio.timeout(SHORT_SECONDS):
                return await self._slots.acquire()
        except TimeoutError:
            return False
