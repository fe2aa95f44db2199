"""Asking together: what several pieces of work ask at the same time becomes one statement."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from contextvars import Context
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class AskedTogether(Generic[Question, Answer]):
    """While one statement is under way, questions gather for the next; who asks alone waits for nobody.

    The same question is in no statement twice, for its answer may be meant for one only.
    """

    def __init__(self, ask: Callable[[Collection[Question]], Awaitable[Mapping[Question, Answer]]]) -> None:
        """Take what asks the database."""
        self._ask = ask
        self._waiting: list[tuple[Question, asyncio.Future[Answer | None]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def answer(self, question: Question) -> Answer | None:
        """Return the answer, None where there is none; an error is for all who asked together."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            # In a context of its own: the statement belongs to no single request.
            self._asking = loop.create_task(self._ask_all(), context=Context())
        return await answer

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                await self._ask_once()
        finally:
            self._asking = None

    async def _ask_once(self) -> None:
        asked: dict[Question, asyncio.Future[Answer | None]] = {}
        self._waiting = [one for one in self._waiting if asked.setdefault(*one) is not one[1]]
        try:
            answers = await self._ask(asked.keys())
        except Exception as error:  # noqa: BLE001 (whatever it is, it is the askers who decide on it)
            for answer in asked.values():
                if not answer.done():
                    answer.set_exception(error)
        else:
            for question, answer in asked.items():
                if not answer.done():
                    answer.set_result(answers.get(question))
