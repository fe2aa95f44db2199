"""The API in memory, and a client of it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.http import InMemoryApi


@pytest.fixture
def api() -> InMemoryApi:
    return InMemoryApi()


@pytest.fixture
async def client(api: InMemoryApi) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client
