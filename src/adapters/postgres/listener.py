"""One connection that listens for notifications, and comes back by itself when it is cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from adapters.postgres.errors import TRANSIENT

RECONNECT_SECONDS = 0.5


@asynccontextmanager
async def listening(dsn: str, channel: str, wake: Callable[..., None]) -> AsyncIterator[None]:
    """Call `wake` at each notification on `channel` while the block runs, and once after each reconnection.

    What was notified while the connection was down is unknown, hence that one call.
    """
    task = asyncio.create_task(_listen(dsn, channel, wake))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listen(dsn: str, channel: str, wake: Callable[..., None]) -> None:
    while True:
        closed = asyncio.Event()
        try:
            connection = await asyncpg.connect(dsn, server_settings={"application_name": f"listen {channel}"})
        except TRANSIENT:
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        try:
            connection.add_termination_listener(lambda _connection, closed=closed: closed.set())
            await connection.add_listener(channel, wake)
            wake()
            await closed.wait()
        except TRANSIENT:
            await asyncio.sleep(RECONNECT_SECONDS)
        finally:
            connection.terminate()
