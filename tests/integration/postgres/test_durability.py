"""No process takes on work over a database that may forget it."""

import asyncpg
import pytest

from adapters.postgres.database import Database, open_pool
from adapters.postgres.durability import check_durability
from application.ports.unit_of_work import ForgetfulStorageError


async def test_a_database_that_may_forget_commits_is_refused_by_setting(postgres_dsn: str) -> None:
    """The tests' own server gives up all three for speed."""
    async with open_pool(postgres_dsn, size=1, service="test") as pool:
        with pytest.raises(ForgetfulStorageError, match="fsync, full_page_writes, synchronous_commit is off"):
            await check_durability(Database(pool, lambda: None, "test"))


async def test_what_counts_is_what_holds_for_the_connection(postgres_dsn: str) -> None:
    """Here a role that waits for commits, on a server that does not."""
    server = await asyncpg.connect(postgres_dsn)
    try:
        await server.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = 'remote_apply'")
        async with open_pool(postgres_dsn, size=1, service="test") as pool:
            with pytest.raises(ForgetfulStorageError, match=r"^fsync, full_page_writes is off$"):
                await check_durability(Database(pool, lambda: None, "test"))
    finally:
        await server.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit")
        await server.close()
