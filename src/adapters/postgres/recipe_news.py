"""News of changed recipes, from whichever process changes one, and the assurance that none was missed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import asyncpg

from adapters.postgres.errors import TRANSIENT

NOTIFICATION = "kondate_recipes"
BEAT_SECONDS = 0.25
TRUST_SECONDS = 1.0
"""How long one answer of the listening connection vouches for it: a dead one goes unnoticed for no longer."""


class RecipeFollower(Protocol):
    """Who keeps what it has read of recipes."""

    def forget(self, key: UUID) -> None:
        """Hear that one recipe has changed or is gone."""

    def forget_all(self) -> None:
        """Hear that any may have changed."""

    def trust_until(self, instant: float) -> None:
        """Hear that every change until now was told, and that this holds until a monotonic instant."""


@asynccontextmanager
async def following_recipes(dsn: str, follower: RecipeFollower) -> AsyncIterator[None]:
    """Tell the follower of each change while the block runs; while the connection is away, nothing is vouched for."""
    task = asyncio.create_task(_follow(dsn, follower))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow(dsn: str, follower: RecipeFollower) -> None:
    def hear(_connection: object, _pid: int, _channel: str, recipe_id: object) -> None:
        follower.forget(UUID(str(recipe_id))) if recipe_id else follower.forget_all()

    while True:
        try:
            connection = await asyncpg.connect(dsn, server_settings={"application_name": f"listen {NOTIFICATION}"})
        except TRANSIENT:
            await asyncio.sleep(BEAT_SECONDS)
            continue
        try:
            await connection.add_listener(NOTIFICATION, hear)
            follower.forget_all()
            while True:
                # PostgreSQL sends the notifications it has before it says that a statement is done.
                asked_at = time.monotonic()
                await connection.execute("SELECT 1", timeout=TRUST_SECONDS)
                follower.trust_until(asked_at + TRUST_SECONDS)
                await asyncio.sleep(BEAT_SECONDS)
        except TRANSIENT:
            await asyncio.sleep(BEAT_SECONDS)
        finally:
            connection.terminate()
