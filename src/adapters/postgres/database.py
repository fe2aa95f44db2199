"""Connections: one pool a process, one session a piece of work."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

import asyncpg

from adapters.postgres.connections import ACQUIRE_SECONDS, Connections
from adapters.postgres.errors import translated
from adapters.postgres.notifications import Notifications
from adapters.postgres.statements import Statement, load
from domain.job import Origin

UNSAFE = re.compile(r"[^A-Za-z0-9._:-]")
COMMAND_SECONDS = 60.0
NOTIFY = load("notify")

Observe = Callable[[str], AbstractContextManager[None]]
"""Opens a span around one statement, given its name."""


class Session:
    """One connection while one piece of work holds it; every call is observed and its errors translated."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], observe: Observe) -> None:
        """Wrap an acquired connection."""
        self._connection = connection
        self._observe = observe

    async def fetch(self, statement: Statement, *values: object) -> list[asyncpg.Record]:
        """Return all rows."""
        with translated(), self._observe(statement.name):
            return await self._connection.fetch(statement.text, *values)

    async def row(self, statement: Statement, *values: object) -> asyncpg.Record | None:
        """Return the first row, or None."""
        with translated(), self._observe(statement.name):
            return await self._connection.fetchrow(statement.text, *values)

    async def value(self, statement: Statement, *values: object) -> Any:  # noqa: ANN401 (a column of any type)
        """Return the first column of the first row, or None."""
        with translated(), self._observe(statement.name):
            return await self._connection.fetchval(statement.text, *values)

    async def rows(self, statement: Statement, *values: object, size: int) -> AsyncIterator[list[asyncpg.Record]]:
        """Yield lists of up to `size` rows through a server-side cursor; needs a transaction.

        The server makes the next list while the caller works on this one.
        """
        with translated():
            cursor = await self._connection.cursor(statement.text, *values)
            coming = asyncio.create_task(cursor.fetch(size))
            try:
                while chunk := await coming:
                    coming = asyncio.create_task(cursor.fetch(size))
                    yield chunk
            finally:
                coming.cancel()
                await asyncio.wait([coming])

    async def copy(self, table: str, columns: Sequence[str], records: Sequence[tuple[object, ...]]) -> None:
        """Add rows to a table, any number in one stream."""
        with translated(), self._observe(f"copy_{table}"):
            await self._connection.copy_records_to_table(table, columns=columns, records=records)

    async def script(self, text: str) -> None:
        """Run statements without parameters in one round trip."""
        with translated():
            await self._connection.execute(text)


class Database:
    """The pool, and the two ways to use it."""

    def __init__(
        self, pool: asyncpg.Pool[asyncpg.Record], statements: Callable[[], Observe | None], service: str
    ) -> None:
        """Take an open pool; `service` starts the label that the database's own log shows.

        `statements` gives the observer for the current work; None where it is not sampled.
        """
        self.pool = pool
        self._connections = Connections(pool)
        self._statements = statements
        self._service = service
        self.notifications = Notifications(self._notify)

    def label(self, origin: Origin) -> str:
        """Return what the database's log shows for statements of this request: at most 63 safe characters."""
        return f"{self._service} {UNSAFE.sub('_', origin.request_id)}"[:63]

    def observed(self, statement: Statement) -> AbstractContextManager[None]:
        """Show the block in the current work's trace as this statement, which somebody else makes for it."""
        return (self._statements() or _unobserved)(statement.name)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Hold a connection for single statements, each a transaction of its own."""
        async with self._connections.lent() as connection:
            yield Session(connection, self._statements() or _unobserved)

    @asynccontextmanager
    async def transaction(self, origin: Origin | None, *, begin: str = "BEGIN") -> AsyncIterator[Session]:
        """Hold a connection in a transaction: leaving cleanly commits, an exception rolls back."""
        async with self.session() as session:
            # The label holds safe characters only, so it may stand in the text; one round trip begins and labels.
            label = "" if origin is None else f"; SET LOCAL application_name = '{self.label(origin)}'"
            await session.script(begin + label)
            try:
                yield session
            except BaseException:
                await _rolled_back(session)
                raise
            await session.script("COMMIT")

    async def _notify(self, channels: list[str], payloads: list[str]) -> None:
        async with self.session() as session:
            await session.fetch(NOTIFY, channels, payloads)


async def _rolled_back(session: Session) -> None:
    # A connection that cannot roll back is broken; releasing it discards it, and the first error is the one to show.
    # One that does not answer either is not waited for: a stop must not last as long as an outage.
    with suppress(Exception):
        async with asyncio.timeout(ACQUIRE_SECONDS):
            await asyncio.shield(session.script("ROLLBACK"))


@asynccontextmanager
async def open_pool(dsn: str, *, size: int, service: str) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    """Open a pool of up to `size` connections; raises StorageUnavailableError when the server is out of reach.

    Nothing resets a returned connection (that would be a second round trip): all session state here is
    local to its transaction, but for the label, which each statement sets anew.
    """
    with translated():
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            init=_pass_json_through,
            reset=_keep,
            command_timeout=COMMAND_SECONDS,
            server_settings={"application_name": service},
        )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _pass_json_through(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.set_type_codec("json", schema="pg_catalog", encoder=_same, decoder=_same, format="binary")


async def _keep(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Leave a returned connection as it is; the pool itself has rolled back what was left open."""


def _same(document: bytes) -> bytes:
    return document


def _unobserved(_name: str) -> AbstractContextManager[None]:
    return nullcontext()
