"""Who asks at the same time asks together, and everybody gets the answer to his own question."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from adapters.postgres.asked_together import AskedTogether


class Oracle:
    """Answers each number with its square, knows none above 9, and keeps what it was asked at once."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self, numbers: Collection[int]) -> Mapping[int, int]:
        self.asked.append(list(numbers))
        await self.may_answer.wait()
        if -1 in numbers:
            raise LookupError("there is no such number")
        return {number: number * number for number in numbers if number < 10}


@pytest.fixture
def oracle() -> Oracle:
    """Give an oracle that answers at once."""
    return Oracle()


@pytest.fixture
def together(oracle: Oracle) -> AskedTogether[int, int]:
    """Give the way to ask it."""
    return AskedTogether(oracle.ask)


async def test_questions_of_one_moment_are_asked_together(oracle: Oracle, together: AskedTogether[int, int]) -> None:
    assert await asyncio.gather(*(together.answer(number) for number in (1, 2, 99))) == [1, 4, None]
    assert oracle.asked == [[1, 2, 99]]


async def test_questions_gather_while_others_are_answered(oracle: Oracle, together: AskedTogether[int, int]) -> None:
    oracle.may_answer.clear()
    first = asyncio.create_task(together.answer(1))
    while not oracle.asked:
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.answer(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    oracle.may_answer.set()
    assert await asyncio.gather(first, *later) == [1, 4, 9]
    assert oracle.asked == [[1], [2, 3]]


async def test_the_same_question_is_never_asked_twice_at_once(
    oracle: Oracle, together: AskedTogether[int, int]
) -> None:
    assert await asyncio.gather(*(together.answer(number) for number in (2, 3, 2))) == [4, 9, 4]
    assert oracle.asked == [[2, 3], [2]]


async def test_an_error_is_for_all_who_asked_together_and_for_nobody_after(
    together: AskedTogether[int, int],
) -> None:
    answers = await asyncio.gather(together.answer(-1), together.answer(1), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError, LookupError]
    assert await together.answer(1) == 1


async def test_who_gives_up_does_not_disturb_the_others(oracle: Oracle, together: AskedTogether[int, int]) -> None:
    oracle.may_answer.clear()
    one, other = (asyncio.create_task(together.answer(number)) for number in (1, 2))
    while not oracle.asked:
        await asyncio.sleep(0)
    one.cancel()
    oracle.may_answer.set()
    assert await other == 4
    assert await together.answer(3) == 9
