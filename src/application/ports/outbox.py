"""The outbox as the relay sees it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from application.ports.queue import Channel, Message


class OutboxBatch(Protocol):
    """Unsent messages, locked for this relay until the block ends."""

    @property
    def messages(self) -> Mapping[Channel, Sequence[Message]]:
        """The messages by the channel that they go to, oldest first."""

    async def mark_sent(self, ids: Collection[str]) -> None:
        """Remember that these went out; it commits when the block ends without an exception."""

    async def step_back(self, ids: Collection[str]) -> None:
        """Keep these, which the queue refused, for later: each time for twice as long, at most ten minutes.

        So a message that is refused for good holds up no other; it commits when the block ends without an exception.
        """


class OutboxStore(Protocol):
    """Any number of relays may claim at once: no two hold the same message."""

    def claim(self, limit: int) -> AbstractAsyncContextManager[OutboxBatch]:
        """Lock up to `limit` unsent messages; a crash inside the block leaves them unsent.

        While a caller has many jobs whose messages wait in the queue, the first messages of more are left here: the
        queue may give messages out in their order, and then one caller's flood would be before everybody else's.
        """

    async def wait(self, *, timeout_seconds: float) -> None:
        """Return when a commit may have added messages, or when the time is over."""

    async def lag_seconds(self) -> float:
        """Return the age of the oldest unsent message that should have left; 0 when there is none."""

    async def refused(self) -> int:
        """Return how many unsent messages the queue has refused at least once."""
