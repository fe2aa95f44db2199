"""Notifications that are sent after the commit which they tell of.

One inside a transaction would make all such commits wait for each other: PostgreSQL holds one lock from the
notification to the end of the commit, the write to disk included. A transaction that only notifies writes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from application.ports.unit_of_work import StorageUnavailableError

GATHER_SECONDS = 0.005

Send = Callable[[list[str], list[str]], Awaitable[None]]
"""Sends payloads, each on the channel in its place."""


class Notifications:
    """Gathers notifications for a moment and sends them in one statement, the last payload for each subject.

    They are hints only, and lost when the process or the database ends in that moment: whoever waits for one looks
    again when the wait is over.
    """

    def __init__(self, send: Send) -> None:
        """Take what sends."""
        self._send = send
        self._unsent: dict[tuple[str, str], str] = {}
        self._sending: asyncio.Task[None] | None = None

    @property
    def unsent(self) -> int:
        """Return how many wait to be sent."""
        return len(self._unsent)

    def add(self, channel: str, subject: str, news: str) -> None:
        """Send it soon; never waits and never raises."""
        self._unsent[channel, subject] = f"{subject} {news}"
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while self._unsent:
                await asyncio.sleep(GATHER_SECONDS)
                batch, self._unsent = self._unsent, {}
                with suppress(StorageUnavailableError, TimeoutError):
                    await self._send([channel for channel, _ in batch], list(batch.values()))
        finally:
            self._sending = None
