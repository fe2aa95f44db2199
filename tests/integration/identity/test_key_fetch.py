"""Fetching a key set from servers that behave, and from servers that do not."""

import asyncio
import socket

import pytest

from adapters.identity.key_fetch import LIMIT_BYTES, KeyFetchError, fetch_key_document
from tests.integration.identity.servers import raw_server


def ok(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers, b"", body])


async def test_gives_the_body_up_to_the_limit() -> None:
    for body in (b"", b'{"keys": []}', b"x" * LIMIT_BYTES):
        async with raw_server(ok(body)) as url:
            assert await fetch_key_document(url) == body


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 204 None\r\n\r\n", "status 204"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "status 302"),
        (ok(b"x" * (LIMIT_BYTES + 1)), "more than 65536 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LIMIT_BYTES * 40), "more than 65536 bytes"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx", "ClientPayloadError"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "ClientResponseError"),
        (b"", "ServerDisconnectedError"),
    ],
    ids=["500", "204", "redirect", "too long", "endless", "cut short", "not HTTP", "silent"],
)
async def test_gives_up_on_a_bad_answer_with_a_reason(reply: bytes, reason: str) -> None:
    async with raw_server(reply) as url:
        with pytest.raises(KeyFetchError, match=reason):
            await fetch_key_document(url)


async def test_unpacks_nothing() -> None:
    async with raw_server(ok(b"\x1f\x8b\x08", b"content-encoding: gzip")) as url:
        assert await fetch_key_document(url) == b"\x1f\x8b\x08"


async def test_gives_up_on_a_hanging_server_after_two_seconds() -> None:
    loop = asyncio.get_running_loop()
    hang = asyncio.Event()
    async with raw_server(b"", hang=hang) as url:
        started = loop.time()
        with pytest.raises(KeyFetchError, match="TimeoutError"):
            await fetch_key_document(url)
        assert 1.9 < loop.time() - started < 4
        hang.set()


async def test_gives_up_where_nobody_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(KeyFetchError, match="ClientConnectorError"):
            await fetch_key_document(url)


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"])
async def test_gives_up_on_an_address_that_is_none(url: str) -> None:
    with pytest.raises(KeyFetchError):
        await fetch_key_document(url)
