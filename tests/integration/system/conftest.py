"""One running system for all tests that leave it as they found it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.integration.system.parts import RunningSystem, running_system
from tests.support.browser import PageServer


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of the embedded issuer."""

    alice: str
    bob: str
    reader: str


@pytest.fixture(scope="session")
def page() -> Iterator[PageServer]:
    """Serve the example page; its origin is one that the system allows."""
    with PageServer().serving() as page:
        yield page


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, page: PageServer) -> Iterator[RunningSystem]:
    settings = {"KONDATE_CORS_ORIGINS": page.origin}
    with running_system(tmp_path_factory.mktemp("system"), settings=settings) as system:
        yield system


@pytest.fixture(scope="session")
def tokens(system: RunningSystem) -> Tokens:
    return Tokens(system.token("alice"), system.token("bob"), system.token("reader", "recipe:read"))


@pytest.fixture
async def alice(system: RunningSystem, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    async with system.client(tokens.alice) as client:
        yield client


@pytest.fixture
async def bob(system: RunningSystem, tokens: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    async with system.client(tokens.bob) as client:
        yield client
