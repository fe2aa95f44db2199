"""A load generator that costs little: requests written by hand, answers read as far as their length."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from entrypoints.local.ports import LOOPBACK


@dataclass(slots=True)
class Connection:
    """One keep-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; return the status and the body."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await self.reader.readexactly(int(length)) if length else b""
        return int(head[9:12]), body


async def connect(port: int) -> Connection:
    """Open a connection to a loopback port."""
    return Connection(*await asyncio.open_connection(LOOPBACK, port))


async def fire(port: int, requests: Iterator[bytes], *, connections: int, expected: int) -> float:
    """Send all requests, each connection its next when it has an answer; return the seconds it took.

    Fails when an answer has another status than expected.
    """

    async def send(connection: Connection) -> None:
        for request in requests:
            status, body = await connection.ask(request)
            assert status == expected, (status, body)
        connection.writer.close()

    opened = [await connect(port) for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(*(send(connection) for connection in opened))
    return time.perf_counter() - started


def get(path: str, token: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, token: str, body: bytes) -> bytes:
    """Return a POST request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
