"""The pool's connections, passed on or kept at hand: to return one and take it again costs more than a statement."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg

from adapters.postgres.errors import translated
from application.ports.unit_of_work import StorageUnavailableError

ACQUIRE_SECONDS = 3.0
KEPT_SECONDS = 0.02

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class Connections:
    """Lends connections in the order in which they are asked for; asyncpg's own pool lets newcomers overtake.

    One that was used in peace goes to who has waited longest, or is kept at hand for a moment. All others go back to
    the pool, which knows how to heal or to discard them.
    """

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Take an open pool that nobody else takes connections from."""
        self._pool = pool
        self._places = pool.get_max_size()
        """How many more may be taken from the pool."""
        self._at_hand: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._returning: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Connection]:
        """Lend one for the block; StorageUnavailableError when there is none in time."""
        connection = await self._taken()
        try:
            yield connection
        except BaseException:
            await self._release(connection)
            raise
        if connection.is_closed():
            await self._release(connection)
        else:
            self._pass_on(connection)

    async def _taken(self) -> Connection:
        if self._at_hand:
            return self._at_hand.pop()
        if self._places:
            self._places -= 1
        elif (handed := await self._handed()) is not None:
            return handed
        try:
            with translated():
                return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        except BaseException:
            self._leave_place()
            raise

    async def _handed(self) -> Connection | None:
        """Wait for a connection, or for a place to take one from the pool (None)."""
        handed: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(handed)
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await handed
        except BaseException as error:
            self._hand_on(handed)
            if isinstance(error, TimeoutError):
                raise StorageUnavailableError("no connection to the database became free in time") from None
            raise

    def _hand_on(self, handed: asyncio.Future[Connection | None]) -> None:
        """Give up waiting; what came at the same moment goes to the next."""
        if not handed.done() or handed.cancelled():
            handed.cancel()
        elif (connection := handed.result()) is not None:
            self._pass_on(connection)
        else:
            self._leave_place()

    def _pass_on(self, connection: Connection) -> None:
        if (waiting := self._next()) is not None:
            waiting.set_result(connection)
            return
        self._at_hand.append(connection)
        if self._returning is None:
            self._returning = asyncio.get_running_loop().create_task(self._return())

    def _leave_place(self) -> None:
        if (waiting := self._next()) is not None:
            waiting.set_result(None)
        else:
            self._places += 1

    def _next(self) -> asyncio.Future[Connection | None] | None:
        while self._waiting:
            if not (waiting := self._waiting.popleft()).done():
                return waiting
        return None

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

    async def _release(self, connection: Connection) -> None:
        try:
            with translated():
                await self._pool.release(connection, timeout=ACQUIRE_SECONDS)
        finally:
            self._leave_place()
