"""A queue within one process, for unit tests, the simulator and first tries: same promises, no wire format."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from application.ports.clock import Clock
from application.ports.queue import (
    Channel,
    Delivery,
    Message,
    MessageConsumer,
    MessagePublisher,
    QueueGauges,
    SendReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A rejected message as it came, where it came from, and why it is here."""

    origin: Channel
    body: str
    message: Message | None
    reason: str
    rejected_at: datetime


@dataclass(slots=True, kw_only=True)
class _Held:
    channel: Channel
    body: str
    message: Message | None
    defect: str | None
    visible_at: datetime
    receipt: str = ""
    receive_count: int = 0


@dataclass(slots=True)
class InMemoryQueue:
    """All channels of one installation; each receive gives a new receipt, which makes the older one stale.

    A waiting `receive` is woken by publish and postpone; that the clock has made something visible
    again shows at the next call.
    """

    clock: Clock
    visibility_seconds: int = 60
    dead: list[DeadLetter] = field(default_factory=list, init=False)
    _held: list[_Held] = field(default_factory=list, init=False)
    _receipts: Iterator[int] = field(default_factory=count, init=False)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        """Take all of them."""
        for message in messages:
            await self._put(channel, message.data.decode(), message, None)
        return SendReport(sent=frozenset(message.id for message in messages))

    async def publish_foreign(self, channel: Channel, body: str, *, defect: str) -> None:
        """Take a body that another system sent and that no decoder understands."""
        await self._put(channel, body, None, defect)

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Wait in real time, judge visibility by the clock."""
        async with self._changed:
            if wait_seconds > 0:
                try:
                    async with asyncio.timeout(wait_seconds):
                        await self._changed.wait_for(lambda: bool(self._visible(channel)))
                except TimeoutError:
                    pass
            return [self._hand_out(held) for held in self._visible(channel)[:limit]]

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Forget those whose receipt is the latest."""
        receipts = {delivery.receipt for delivery in deliveries}
        self._held = [held for held in self._held if held.receipt not in receipts]

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        """Change when they are visible again."""
        receipts = {delivery.receipt for delivery in deliveries}
        async with self._changed:
            for held in self._held:
                if held.receipt in receipts:
                    held.visible_at = self.clock.now() + timedelta(seconds=seconds)
            self._changed.notify_all()

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Move it to `dead`."""
        letter = DeadLetter(
            origin=delivery.channel,
            body=delivery.body,
            message=delivery.message,
            reason=reason,
            rejected_at=self.clock.now(),
        )
        self.dead.append(letter)
        await self.delete([delivery])

    async def check(self) -> None:
        """Answer."""

    async def backlog(self, channel: Channel) -> int:
        """Count what is visible."""
        return len(self._visible(channel))

    async def dead_letters(self) -> int:
        """Count what was rejected."""
        return len(self.dead)

    async def _put(self, channel: Channel, body: str, message: Message | None, defect: str | None) -> None:
        async with self._changed:
            now = self.clock.now()
            self._held.append(_Held(channel=channel, body=body, message=message, defect=defect, visible_at=now))
            self._changed.notify_all()

    def _visible(self, channel: Channel) -> list[_Held]:
        now = self.clock.now()
        return [held for held in self._held if held.channel is channel and held.visible_at <= now]

    def _hand_out(self, held: _Held) -> Delivery:
        held.receipt = f"receipt-{next(self._receipts)}"
        held.receive_count += 1
        held.visible_at = self.clock.now() + timedelta(seconds=self.visibility_seconds)
        return Delivery(
            channel=held.channel,
            receipt=held.receipt,
            receive_count=held.receive_count,
            body=held.body,
            message=held.message,
            defect=held.defect,
        )


_publisher: type[MessagePublisher] = InMemoryQueue
_consumer: type[MessageConsumer] = InMemoryQueue
_gauges: type[QueueGauges] = InMemoryQueue
