"""Who runs beside whom in one process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

PATIENCE_SECONDS = 5.0
"""Longer than this nobody waits for the one who is alone, nor who wants to be alone for the others the first time:
another process may have room."""


class Company:
    """Any number together, or one alone: what kills its process then takes no neighbour with it.

    Who wants to be alone waits for all others to end, and meanwhile nobody else begins: long work must not keep a
    process idle, so this too has its time.
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
    async def alone(self, *, visit: int = 1) -> AsyncIterator[bool]:
        """Be there alone for the block; give False when the others did not end in time.

        Who comes for the n-th time waits n times as long, so that work without a gap keeps nobody out for ever.
        """
        self._alone += 1
        self._open.clear()
        try:
            is_alone = await self._is_left_alone(within_seconds=self._patience_seconds * visit)
            try:
                yield is_alone
            finally:
                if is_alone:
                    self._next.release()
        finally:
            self._alone -= 1
            if not self._alone:
                self._open.set()

    async def _is_left_alone(self, within_seconds: float) -> bool:
        try:
            async with asyncio.timeout(within_seconds):
                await self._next.acquire()
                try:
                    await self._quiet.wait()
                except asyncio.CancelledError:
                    self._next.release()
                    raise
        except TimeoutError:
            return False
        return True
