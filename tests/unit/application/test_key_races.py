"""The same key, used again while the first request is between two of its transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from application.context import Context
from application.handlers.add_recipe import AddRecipeHandler
from application.ports.idempotency import IdempotencyKey
from application.ports.unit_of_work import Transaction, UnitOfWork
from domain.commands import AddRecipe
from domain.errors import InvalidRecipeError
from domain.job import Origin, Reference
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, an_origin

KEY = IdempotencyKey(scope="alice", key="k1", fingerprint="this")
RECIPE = Reference(resource="recipe", id=UUID(int=1))


@dataclass
class FickleHandler:
    """Refuses the first time only."""

    has_refused: bool = False

    async def handle(self, _command: AddRecipe, _context: Context) -> Reference:
        if not self.has_refused:
            self.has_refused = True
            raise InvalidRecipeError("Not now.")
        return RECIPE


@dataclass
class PausingUnitOfWork:
    """Lets a test in before the second transaction, in which a refusal is kept."""

    inner: UnitOfWork
    begun: int = 0
    is_between: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        self.begun += 1
        if self.begun == 2:
            self.is_between.set()
            await self.may_go_on.wait()
        async with self.inner.begin(origin) as transaction:
            yield transaction


async def test_refusal_gives_way_to_what_the_same_request_achieved_meanwhile() -> None:
    """Whoever asks twice with one key must not be told two things."""
    app = InMemoryApplication(instead=[(AddRecipeHandler, FickleHandler())])
    pausing = PausingUnitOfWork(app.unit_of_work)
    command = AddRecipe(content=a_content())
    first = asyncio.create_task(replace(app.bus, unit_of_work=pausing).execute(command, an_origin(), KEY))
    await pausing.is_between.wait()
    second = await app.bus.execute(command, an_origin(), KEY)
    pausing.may_go_on.set()
    assert (await first).reference == second.reference == RECIPE
