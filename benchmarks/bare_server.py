"""The bare limit of a read: uvicorn, one prepared statement, bytes out; no checks, no log, no framework.

Usage: python -m benchmarks.bare_server PORT DSN
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
import uvloop

READ = "SELECT document FROM recipe WHERE id = $1"


async def serve(port: int, dsn: str) -> None:
    """Serve until a signal comes."""
    free: list[asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]] = []
    ready = asyncio.Semaphore(0)
    for _ in range(8):
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
        await connection.set_type_codec("json", schema="pg_catalog", encoder=_same, decoder=_same, format="binary")
        free.append(await connection.prepare(READ))
        ready.release()

    async def app(
        scope: Mapping[str, Any], _receive: object, send: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        await ready.acquire()
        statement = free.pop()
        try:
            document: bytes = await statement.fetchval(UUID(scope["path"].rpartition("/")[2]))
        finally:
            free.append(statement)
            ready.release()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(document)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": document})

    options: dict[str, Any] = {"lifespan": "off", "access_log": False, "log_config": None, "server_header": False}
    await uvicorn.Server(uvicorn.Config(app, port=port, http="httptools", **options)).serve()


def _same(document: bytes) -> bytes:
    return document


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), sys.argv[2]))
