"""A TCP proxy that behaves like a bad network, on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from entrypoints.local.ports import LOOPBACK

CHUNK = 65_536
SERVED_SECONDS = 0.05
"""How long the server gets to act on what it was sent, before the connection is cut."""


@dataclass(slots=True)
class Cut:
    """Cut the connection whose client next sends `words`: before the server sees them, or once it has acted on them.

    The client never learns which of the two it was: no answer comes through.
    """

    words: bytes
    after: bool
    fired: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class TcpProxy:
    """Forwards a loopback port to another; its modes may be changed at any time."""

    port: int
    target_port: int
    latency_seconds: float = 0
    is_refusing: bool = False
    is_black_hole: bool = False
    cut: Cut | None = None
    _connections: set[asyncio.StreamWriter] = field(default_factory=set, init=False)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Forward for as long as the block runs."""
        server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        try:
            yield
        finally:
            server.close()
            self.reset_all()

    def reset_all(self) -> None:
        """Cut every connection at once, without a goodbye."""
        for writer in list(self._connections):
            writer.transport.abort()

    def heal(self) -> None:
        """Behave like a good network again."""
        self.latency_seconds, self.is_refusing, self.is_black_hole, self.cut = 0, False, False, None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_refusing:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(LOOPBACK, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, server_writer)
        self._connections.update(pair)
        muted = asyncio.Event()
        try:
            await asyncio.gather(
                self._to_server(reader, server_writer, muted), self._to_client(server_reader, writer, muted)
            )
        except OSError:
            pass
        finally:
            self._connections.difference_update(pair)
            for each in pair:
                each.transport.abort()

    async def _to_server(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        while chunk := await reader.read(CHUNK):
            cut = self.cut
            is_cut = cut is not None and cut.words in chunk
            if cut is not None and is_cut:
                self.cut = None
                cut.fired.set()
                muted.set()
                if not cut.after:
                    raise ConnectionResetError
            await self._delay()
            writer.write(chunk)
            await writer.drain()
            if is_cut:
                await asyncio.sleep(SERVED_SECONDS)
                raise ConnectionResetError
        with suppress(OSError):
            writer.write_eof()

    async def _to_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        while chunk := await reader.read(CHUNK):
            await self._delay()
            if not muted.is_set():
                writer.write(chunk)
                await writer.drain()
        # The server has closed: so does this side, whatever the client still wants to say.
        raise ConnectionResetError

    async def _delay(self) -> None:
        while self.is_black_hole:  # noqa: ASYNC110 (a mode that is switched from outside)
            await asyncio.sleep(SERVED_SECONDS)
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
