"""Replicas keep what they have read, and show each change all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from adapters.postgres.recipe_news import NOTIFICATION
from tests.integration.system.conftest import Tokens
from tests.integration.system.parts import LOOK_EVERY_SECONDS, PATIENCE_SECONDS, RICE, RunningSystem

CHANGE = "UPDATE recipe SET version = version + 1 WHERE id = $1::uuid"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1"


@pytest.fixture
async def replicas(system: RunningSystem, tokens: Tokens) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Give a client of each replica, past the gateway."""
    async with AsyncExitStack() as opened:
        yield [
            await opened.enter_async_context(
                httpx.AsyncClient(
                    base_url=part["url"], headers={"authorization": f"Bearer {tokens.bob}"}, trust_env=False, timeout=10
                )
            )
            for part in system.state()["api"]
        ]


@pytest.mark.parametrize("is_cut", [False, True], ids=["heard of", "while the news are cut off"])
async def test_each_replica_shows_a_change(
    system: RunningSystem,
    alice: httpx.AsyncClient,
    replicas: list[httpx.AsyncClient],
    is_cut: bool,  # noqa: FBT001 (a table)
) -> None:
    place = (await alice.post("/recipes", json=RICE)).headers["location"]
    for replica in replicas:
        await _until(replica, place, "cache-status", "kondate; hit")

    if is_cut:
        await system.fetch(CUT, f"listen%{NOTIFICATION}%")
    await system.fetch(CHANGE, place.rpartition("/")[2])

    for replica in replicas:
        await _until(replica, place, "etag", '"2"')
        await _until(replica, place, "cache-status", "kondate; hit")
        assert (await replica.get(place)).headers["etag"] == '"2"'


async def _until(replica: httpx.AsyncClient, place: str, name: str, value: str) -> None:
    """Read until a header has a value; what is kept would be shown for a minute."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await replica.get(place)).headers[name] != value:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
