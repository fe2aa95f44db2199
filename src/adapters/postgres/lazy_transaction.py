"""A transaction that holds a connection as late and as briefly as it can."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg

from adapters.postgres.at_once import Write, at_once
from adapters.postgres.database import Database, Session
from adapters.postgres.statements import Statement
from application.ports.unit_of_work import LeaseLostError
from domain.job import Origin


class LazyTransaction:
    """Begins with the first statement whose answer is needed, so that reading and computing before it hold nothing.

    A piece of work that held one connection and waited for another could wait for ever on its like. Where no
    answer is needed at all, the writes wait for the end and become one statement that commits by itself.
    """

    def __init__(self, database: Database, origin: Origin, opened: AsyncExitStack) -> None:
        """Begin nothing yet; closing `opened` commits what was begun, or rolls it back after an exception."""
        self._database = database
        self._origin = origin
        self._opened = opened
        self._session: Session | None = None
        self._waiting: list[Write] = []

    async def row(self, statement: Statement, *values: object) -> asyncpg.Record | None:
        """Return the first row, or None."""
        return await (await self._begun()).row(statement, *values)

    async def fetch(self, statement: Statement, *values: object) -> list[asyncpg.Record]:
        """Return all rows."""
        return await (await self._begun()).fetch(statement, *values)

    async def value(self, statement: Statement, *values: object) -> Any:  # noqa: ANN401 (a column of any type)
        """Return the first column of the first row, or None."""
        return await (await self._begun()).value(statement, *values)

    async def copy(self, table: str, columns: Sequence[str], records: Sequence[tuple[object, ...]]) -> None:
        """Add rows to a table."""
        await (await self._begun()).copy(table, columns, records)

    async def write(self, statement: Statement, *values: object, is_fenced: bool = False) -> None:
        """Change rows by the end of the transaction, and before any answer that is asked for later.

        Raises LeaseLostError, now or at the end, where it is fenced and there is no row to change.
        """
        write = Write(statement, values, is_fenced)
        if self._session is None:
            self._waiting.append(write)
        else:
            await _make(self._session, write)

    async def finish(self) -> None:
        """Make the writes that still wait."""
        if self._waiting and self._session is None:
            statement, values = at_once(self._waiting, self._database.label(self._origin))
            async with self._database.session() as session:
                await session.row(statement, *values)

    async def _begun(self) -> Session:
        if self._session is None:
            self._session = await self._opened.enter_async_context(self._database.transaction(self._origin))
            for write in self._waiting:
                await _make(self._session, write)
        return self._session


async def _make(session: Session, write: Write) -> None:
    if await session.row(write.statement, *write.values) is None and write.is_fenced:
        raise LeaseLostError
