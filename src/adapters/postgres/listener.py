"""One connection that listens for notifications, is asked for a sign of life, and comes back when it is cut."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from adapters.postgres.errors import TRANSIENT

BEAT_SECONDS = 0.25
TRUST_SECONDS = 1.0
"""How long one answer of the connection vouches for it: a dead one goes unnoticed for no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who listens to one channel."""

    channel: str
    hear: Callable[[str], None]
    """Called with the payload of each notification."""
    may_have_missed: Callable[[], None]
    """Called at each connection: what was notified before it is unknown."""
    trust_until: Callable[[float], None] | None = None
    """Told that every notification until now was heard, and that this holds until a monotonic instant."""


@asynccontextmanager
async def listening(dsn: str, *subscriptions: Subscription) -> AsyncIterator[None]:
    """Call the subscriptions while the block runs; while the connection is away nobody is vouched to."""
    task = asyncio.create_task(_listen(dsn, subscriptions))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listen(dsn: str, subscriptions: tuple[Subscription, ...]) -> None:
    name = "listen " + " ".join(each.channel for each in subscriptions)
    while True:
        try:
            connection = await asyncpg.connect(dsn, server_settings={"application_name": name})
        except TRANSIENT:
            await asyncio.sleep(BEAT_SECONDS)
            continue
        try:
            for each in subscriptions:
                await connection.add_listener(each.channel, _callback(each))
            for each in subscriptions:
                each.may_have_missed()
            while True:
                # PostgreSQL sends the notifications it has before it says that a statement is done.
                asked_at = time.monotonic()
                await connection.execute("SELECT 1", timeout=TRUST_SECONDS)
                for each in subscriptions:
                    if each.trust_until is not None:
                        each.trust_until(asked_at + TRUST_SECONDS)
                await asyncio.sleep(BEAT_SECONDS)
        except TRANSIENT:
            await asyncio.sleep(BEAT_SECONDS)
        finally:
            connection.terminate()


def _callback(subscription: Subscription) -> Callable[..., None]:
    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        subscription.hear(str(payload))

    return hear
