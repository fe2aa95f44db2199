"""The in-memory queue keeps the contract of all queues."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.queue import InMemoryQueue
from application.ports.queue import Channel
from tests.support.contracts.queue import DeadLetterSeen, QueueContract, QueueUnderTest

VISIBILITY_SECONDS = 30


class TurnedClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class TestInMemoryQueue(QueueContract):
    """Here a lapse is a turn of the clock."""

    @pytest.fixture
    def queue(self) -> QueueUnderTest:
        clock = TurnedClock()
        queue = InMemoryQueue(clock, visibility_seconds=VISIBILITY_SECONDS)

        async def lapse() -> None:
            clock.time += timedelta(seconds=VISIBILITY_SECONDS)

        async def send_foreign(channel: Channel, body: str) -> None:
            await queue.publish_foreign(channel, body, defect="not an envelope")

        async def dead() -> list[DeadLetterSeen]:
            return [DeadLetterSeen(body=d.body, reason=d.reason, origin=d.origin.value) for d in queue.dead]

        return QueueUnderTest(
            publisher=queue,
            consumer=queue,
            hasty=queue,
            lapse=lapse,
            gauges=queue,
            send_foreign=send_foreign,
            dead=dead,
        )
