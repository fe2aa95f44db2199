"""Who runs beside whom in one process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

PATIENCE_SECONDS = 5.0
"""Longer than this nobody waits for the one who is alone: another process may have room."""


class Company:
    """Any number together, or one alone: what kills its process then takes no neighbour with it.

    Who wants to be alone waits until all others have ended; meanwhile nobody else begins.
    """

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Begin with nobody there."""
        self._patience_seconds = patience_seconds
        self._together = 0
        self._alone = 0
        self._next = asyncio.Lock()
        self._open = asyncio.Event()
        self._open.set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def has_room(self) -> bool:
        """Wait until others may come; return False when somebody is alone for long."""
        if self._alone:
            opening = asyncio.create_task(self._open.wait())
            try:
                await asyncio.wait([opening], timeout=self._patience_seconds)
            finally:
                opening.cancel()
        return not self._alone

    @contextmanager
    def together(self) -> Iterator[None]:
        """Be there with others for the block, entered as soon as there is room."""
        self._together += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._together -= 1
            if not self._together:
                self._quiet.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Be there alone for the block."""
        self._alone += 1
        self._open.clear()
        try:
            async with self._next:
                await self._quiet.wait()
                yield
        finally:
            self._alone -= 1
            if not self._alone:
                self._open.set()
