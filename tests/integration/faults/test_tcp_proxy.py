"""The proxy before the database: each way in which it is a bad network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from entrypoints.lab.tcp_proxy import Cut, TcpProxy
from entrypoints.local.ports import LOOPBACK, free_port


class Shouter:
    """A server that answers each line in capitals, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.heard.append(line)
                writer.write(line.upper())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[TcpProxy, Shouter]]:
    shouter = Shouter()
    server = await asyncio.start_server(shouter.serve, LOOPBACK, 0)
    proxy = TcpProxy(free_port(), server.sockets[0].getsockname()[1])
    async with proxy.serving():
        yield proxy, shouter
    server.close()


async def said(proxy: TcpProxy, *lines: bytes) -> bytes:
    """Say some lines over one connection; give all that came back before it ended."""
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    answers = b""
    try:
        for line in lines:
            writer.write(line)
            await writer.drain()
            answers += await reader.readline()
    except ConnectionError:
        pass
    finally:
        writer.close()
    return answers


async def test_a_healthy_proxy_passes_everything_on() -> None:
    async with proxied() as (proxy, shouter):
        assert await said(proxy, b"begin\n", b"commit\n") == b"BEGIN\nCOMMIT\n"
        assert shouter.heard == [b"begin\n", b"commit\n"]


@pytest.mark.parametrize(("after", "heard"), [(False, [b"begin\n"]), (True, [b"begin\n", b"commit\n"])])
async def test_a_cut_hides_from_the_client_whether_it_was_heard(*, after: bool, heard: list[bytes]) -> None:
    async with proxied() as (proxy, shouter):
        proxy.cut = cut = Cut(b"commit", after)
        assert await said(proxy, b"begin\n", b"commit\n") == b"BEGIN\n"
        assert cut.fired.is_set()
        assert shouter.heard == heard
        assert await said(proxy, b"commit\n") == b"COMMIT\n", "one cut is one connection"


async def test_a_refusing_proxy_answers_nobody() -> None:
    async with proxied() as (proxy, shouter):
        proxy.is_refusing = True
        assert await said(proxy, b"begin\n") == b""
        proxy.heal()
        assert await said(proxy, b"begin\n") == b"BEGIN\n"
        assert shouter.heard == [b"begin\n"]


async def test_a_black_hole_holds_everything_until_it_is_healed() -> None:
    async with proxied() as (proxy, _):
        proxy.is_black_hole = True
        saying = asyncio.create_task(said(proxy, b"begin\n"))
        done, _ = await asyncio.wait([saying], timeout=0.2)
        assert not done
        proxy.heal()
        assert await saying == b"BEGIN\n"


async def test_a_reset_ends_every_connection() -> None:
    async with proxied() as (proxy, _):
        reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
        writer.write(b"begin\n")
        await reader.readline()
        proxy.reset_all()
        with pytest.raises(ConnectionError):
            assert not await reader.read()
            raise ConnectionResetError
        writer.close()


async def test_a_server_that_is_away_is_a_refused_connection() -> None:
    proxy = TcpProxy(free_port(), free_port())
    async with proxy.serving():
        assert await said(proxy, b"begin\n") == b""
