"""The pool's connections, kept at hand for a moment: to return one and take it again costs more than a statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from adapters.postgres.errors import translated
from application.ports.unit_of_work import StorageUnavailableError

ACQUIRE_SECONDS = 3.0
KEPT_SECONDS = 0.02


class Connections:
    """Lends connections; one that was used in peace is lent again unless somebody waits for the pool.

    All others go back to the pool at once, which knows how to heal or to discard them.
    """

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Take an open pool."""
        self._pool = pool
        self._at_hand: list[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]] = []
        self._waiting = 0
        self._returning: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy[asyncpg.Record]]:
        """Lend one for the block."""
        connection = self._at_hand.pop() if self._at_hand else await self._acquired()
        try:
            yield connection
        except BaseException:
            await self._release(connection)
            raise
        if self._waiting or connection.is_closed():
            await self._release(connection)
        else:
            self._keep(connection)

    async def _acquired(self) -> asyncpg.pool.PoolConnectionProxy[asyncpg.Record]:
        self._waiting += 1
        try:
            with translated():
                return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        finally:
            self._waiting -= 1

    def _keep(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        self._at_hand.append(connection)
        if self._returning is None:
            self._returning = asyncio.get_running_loop().create_task(self._return())

    async def _return(self) -> None:
        """Give back what is at hand, again and again until nothing is."""
        try:
            while self._at_hand:
                await asyncio.sleep(KEPT_SECONDS)
                while self._at_hand:
                    with suppress(StorageUnavailableError):
                        await self._release(self._at_hand.pop())
        finally:
            self._returning = None

    async def _release(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        with translated():
            await self._pool.release(connection, timeout=ACQUIRE_SECONDS)
