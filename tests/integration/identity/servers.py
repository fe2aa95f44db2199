"""HTTP servers on loopback for the time of a block."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from entrypoints.local.issuer import IssuerApp


@asynccontextmanager
async def raw_server(reply: bytes, *, hang: asyncio.Event | None = None) -> AsyncIterator[str]:
    """Answer each request with these bytes (after `hang`, if one is given), and give the server's address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if hang is not None:
            await hang.wait()
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"


@asynccontextmanager
async def serving(app: IssuerApp, listener: socket.socket) -> AsyncIterator[None]:
    """Run the application under uvicorn on an open listener."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await running
