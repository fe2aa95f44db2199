"""The dead-letter queue as an operator sees it: letters can be looked at, sent again, or removed."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.ports.queue import Channel, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that could not be handled, as it came; `message` is None where it is not of the documented form.

    `id` stays the same however often the same message dies; `handle` is for the walk that met the letter.
    """

    id: str
    handle: str
    origin: Channel
    reason: str
    body: str
    message: Message | None
    sent_at: datetime


class DeadLetterWalk(Protocol):
    """Letters met on a walk are held: no other walk meets them before this one ends."""

    def letters(self) -> AsyncIterator[DeadLetter]:
        """Go through the letters, each once, in no particular order. Raises QueueUnavailableError."""

    async def send_again(self, letter: DeadLetter) -> None:
        """Send the body as it is to the queue that it came from; the letter stays. Raises QueueUnavailableError."""

    async def remove(self, letter: DeadLetter) -> None:
        """Delete the letter for good. Raises QueueUnavailableError."""


class DeadLetterQueue(Protocol):
    """A queue that cannot be listed, only received from: looking takes hold, and gives back."""

    def walk(self) -> AbstractAsyncContextManager[DeadLetterWalk]:
        """Begin a walk; at the block's end, letters that were not removed are given back.

        Where the process dies before that, they come back by themselves within a minute.
        """


def letter_id(message: Message | None, body: str) -> str:
    """Return a name, fit for a URL, of what CloudEvents calls the same event: source and id; else of the body."""
    identity = f"{message.source}\n{message.id}" if message else body
    return hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:32]
