"""Connections are lent again while they are warm, and none is kept from whoever needs it."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest

from adapters.postgres import connections
from adapters.postgres.database import Database
from adapters.postgres.statements import Statement
from application.ports.unit_of_work import StorageUnavailableError

WHO = Statement("who", "SELECT pg_backend_pid()")
MOST = 4
"""What the fixture's pool holds."""


async def who(database: Database) -> int:
    async with database.session() as session:
        return int(await session.value(WHO))


async def test_connection_that_was_just_used_is_lent_again(database: Database) -> None:
    assert len({await who(database) for _ in range(10)}) == 1


async def test_connections_go_back_to_the_pool_when_nobody_uses_them(database: Database) -> None:
    await asyncio.gather(*(who(database) for _ in range(MOST)))
    while database.pool.get_idle_size() < database.pool.get_size():
        await asyncio.sleep(0)


async def test_whoever_waits_for_a_connection_gets_the_next_that_is_free(database: Database) -> None:
    assert len(await asyncio.gather(*(who(database) for _ in range(MOST * 10)))) == MOST * 10


async def test_nobody_overtakes_who_waits_for_a_connection(database: Database) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MOST):
            await held.enter_async_context(database.session())
        served: list[int] = []

        async def ask(number: int) -> None:
            async with database.session() as session:
                served.append(number)
                await session.value(WHO)

        waiting = [asyncio.create_task(ask(number)) for number in range(MOST * 5)]
        await asyncio.sleep(0)
        await held.aclose()
        for number in range(MOST * 5, MOST * 10):
            waiting.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
    assert served == sorted(served)


@pytest.mark.parametrize("rounds", range(6))
async def test_who_stops_waiting_for_a_connection_takes_none_along(database: Database, rounds: int) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MOST):
            await held.enter_async_context(database.session())
        leaving = [asyncio.create_task(who(database)) for _ in range(MOST)]
        staying = [asyncio.create_task(who(database)) for _ in range(MOST)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(held.aclose())
        for _ in range(rounds):
            await asyncio.sleep(0)
        for each in leaving:
            each.cancel()
        await asyncio.gather(closing, *leaving, return_exceptions=True)
        assert len(await asyncio.gather(*staying)) == MOST
    assert len(await asyncio.gather(*(who(database) for _ in range(MOST * 3)))) == MOST * 3


async def test_who_waits_too_long_for_a_connection_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ACQUIRE_SECONDS", 0.01)
    async with AsyncExitStack() as held:
        for _ in range(MOST):
            await held.enter_async_context(database.session())
        with pytest.raises(StorageUnavailableError, match="in time"):
            await who(database)
    assert await who(database)


async def test_connection_that_died_is_lent_to_nobody(database: Database, database_dsn: str) -> None:
    doomed = await who(database)
    other: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(database_dsn)
    await other.execute("SELECT pg_terminate_backend($1)", doomed)
    await other.close()
    with pytest.raises(StorageUnavailableError):
        while await who(database) == doomed:
            await asyncio.sleep(0)
        raise StorageUnavailableError("it was found out before anybody used it")
    assert await who(database) != doomed


async def test_connection_of_failed_work_goes_to_the_pool_at_once(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.session():
            raise LookupError
    assert database.pool.get_idle_size() == database.pool.get_size()
