"""Every change of a recipe is told to who follows, whichever way it was made; a lost connection vouches for nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from adapters.postgres.listener import TRUST_SECONDS, listening
from adapters.postgres.recipe_news import NOTIFICATION, news_of_recipes

PATIENCE_SECONDS = 20
RECIPE = UUID("01a00000-0000-7000-8000-000000000001")
INSERT = """
INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
VALUES ($1, 'alice', 1, 'published', NULL, '{}', '{}', now(), now())
"""
CHANGES = {
    "update": ("UPDATE recipe SET version = version + 1", RECIPE),
    "unpublish": ("UPDATE recipe SET status = 'draft'", RECIPE),
    "delete": ("DELETE FROM recipe", RECIPE),
    "truncate": ("TRUNCATE recipe CASCADE", None),
}
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"


class Follower:
    """Notes what it is told; None stands for all recipes."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[UUID | None] = asyncio.Queue()
        self.vouched: asyncio.Queue[float] = asyncio.Queue()

    def forget(self, key: UUID) -> None:
        self.told.put_nowait(key)

    def forget_all(self) -> None:
        self.told.put_nowait(None)

    def trust_until(self, instant: float) -> None:
        self.vouched.put_nowait(instant)


@pytest.fixture
async def connection(database_dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(database_dsn)
    await connection.execute(INSERT, RECIPE)
    yield connection
    await connection.close()


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_told_to_every_follower(
    database_dsn: str, connection: "asyncpg.Connection[asyncpg.Record]", change: str
) -> None:
    statement, told = CHANGES[change]
    followers = [Follower(), Follower()]
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        listening(database_dsn, news_of_recipes(followers[0])),
        listening(database_dsn, news_of_recipes(followers[1])),
    ):
        for follower in followers:
            assert await follower.told.get() is None
        await connection.execute(statement)
        assert [await follower.told.get() for follower in followers] == [told, told]


async def test_a_change_that_is_rolled_back_is_told_to_nobody(
    database_dsn: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    follower = Follower()
    async with asyncio.timeout(PATIENCE_SECONDS), listening(database_dsn, news_of_recipes(follower)):
        assert await follower.told.get() is None
        undone = connection.transaction()
        await undone.start()
        await connection.execute("UPDATE recipe SET version = 2")
        await undone.rollback()
        await connection.execute("DELETE FROM recipe")
        assert await follower.told.get() == RECIPE
        await _next_beat(follower)
    assert follower.told.empty()


async def test_a_connection_that_was_cut_vouches_for_nothing_until_all_is_forgotten(
    database_dsn: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    follower = Follower()
    async with asyncio.timeout(PATIENCE_SECONDS), listening(database_dsn, news_of_recipes(follower)):
        assert await follower.told.get() is None
        await _next_beat(follower)
        await connection.execute(CUT, f"listen {NOTIFICATION}")
        assert await follower.told.get() is None
        await connection.execute("UPDATE recipe SET version = 2")
        assert await follower.told.get() == RECIPE


async def test_no_answer_vouches_for_longer_than_a_second(
    database_dsn: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    del connection
    follower = Follower()
    async with asyncio.timeout(PATIENCE_SECONDS), listening(database_dsn, news_of_recipes(follower)):
        assert await follower.vouched.get() <= time.monotonic() + TRUST_SECONDS <= time.monotonic() + 1


async def _next_beat(follower: Follower) -> None:
    while not follower.vouched.empty():
        follower.vouched.get_nowait()
    await follower.vouched.get()
