"""The PostgreSQL adapters on a real server."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.database import Database, open_pool


@pytest.fixture
async def database(database_dsn: str) -> AsyncIterator[Database]:
    """Give an open, empty database."""
    async with open_pool(database_dsn, size=4, service="test") as pool:
        yield Database(pool, lambda: None, "test")
