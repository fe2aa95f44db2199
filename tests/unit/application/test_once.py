"""What takes effect outside the database is done once for each key."""

import asyncio

import pytest

from application.once import Once
from domain.errors import RequestInProgressError
from tests.support.application import InMemoryApplication
from tests.support.builders import a_key


class BrokenError(Exception):
    """Something that went wrong on the way."""


@pytest.fixture
def once() -> Once:
    return InMemoryApplication().once


async def answered() -> bytes:
    return b"1"


async def test_an_answer_is_kept(once: Once) -> None:
    assert await once.run(a_key(), answered) == (b"1", False)
    assert await once.run(a_key(), answered) == (b"1", True)


async def test_what_was_not_finished_is_free_again(once: Once) -> None:
    async def broken() -> bytes:
        raise BrokenError

    with pytest.raises(BrokenError):
        await once.run(a_key(), broken)
    assert await once.run(a_key(), answered) == (b"1", False)


async def test_what_is_given_up_on_the_way_is_free_again(once: Once) -> None:
    begun = asyncio.Event()

    async def endless() -> bytes:
        begun.set()
        await asyncio.Event().wait()
        return b""

    running = asyncio.create_task(once.run(a_key(), endless))
    await begun.wait()
    with pytest.raises(RequestInProgressError):
        await once.run(a_key(), answered)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await once.run(a_key(), answered) == (b"1", False)
