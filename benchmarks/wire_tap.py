"""A TCP proxy before PostgreSQL that counts round trips: each one ends with a Sync or a Query message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from entrypoints.local.ports import LOOPBACK

SYNC, QUERY = b"S", b"Q"
CHUNK = 65_536


@dataclass(slots=True)
class WireTap:
    """Counts what passes; `port` is where clients connect."""

    database_port: int
    port: int = 0
    round_trips: int = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        database_reader, database_writer = await asyncio.open_connection(LOOPBACK, self.database_port)
        answers = asyncio.create_task(_copy(database_reader, writer))
        try:
            # The startup message alone has no type: its length comes first.
            length = await reader.readexactly(4)
            database_writer.write(length + await reader.readexactly(int.from_bytes(length) - 4))
            while True:
                head = await reader.readexactly(5)
                self.round_trips += head[:1] in (SYNC, QUERY)
                database_writer.write(head + await reader.readexactly(int.from_bytes(head[1:]) - 4))
        except (asyncio.IncompleteReadError, ConnectionError):
            answers.cancel()
            writer.close()
            database_writer.close()


@asynccontextmanager
async def tapped(database_port: int) -> AsyncIterator[WireTap]:
    """Run a tap before the database."""
    tap = WireTap(database_port)
    server = await asyncio.start_server(tap.pass_on, LOOPBACK, 0)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
