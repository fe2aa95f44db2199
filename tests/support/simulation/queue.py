"""The queue of a simulation: at least once, in any order, late, and now and then forgetful."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from adapters.memory.queue import InMemoryQueue, _Held
from application.ports.queue import Channel, Delivery, Message, QueueUnavailableError, SendReport
from tests.support.simulation.loop import SimulatedLoop


@dataclass(slots=True)
class UnreliableQueue:
    """An in-memory queue that may do all that SQS may, and what a killed endpoint does; rates are chances a call."""

    loop: SimulatedLoop
    random: Random
    inner: InMemoryQueue
    refused: float = 0
    unanswered: float = 0
    partly_failed: float = 0
    duplicated: float = 0
    delayed: float = 0
    deletes_stale: float = 0
    longest_hold_seconds: float = 1e9
    """After so long a received message comes back, whatever is renewed."""
    published: set[str] = field(default_factory=set)
    _received_at: dict[str, float] = field(default_factory=dict)
    _received: dict[str, _Held] = field(default_factory=dict)

    @property
    def held(self) -> list[_Held]:
        """All messages, visible or not."""
        return self.inner._held

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        await self.asked()
        failed = {message.id for message in messages if self.random.random() < self.partly_failed}
        taken = [message for message in messages if message.id not in failed]
        taken += [message for message in taken if self.random.random() < self.duplicated]
        await self.inner.publish(channel, taken)
        for held in self.held[len(self.held) - len(taken) :]:
            if self.random.random() < self.delayed:
                held.visible_at += timedelta(seconds=self.random.uniform(0, 100))
        self.published.update(message.id for message in taken)
        await self.answered()
        return SendReport(sent=frozenset(message.id for message in taken), failed=frozenset(failed))

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Poll at once, and once more at the end of the wait: a wake-up in between would be luck."""
        await self.asked()
        received = await self._take(channel, limit)
        if not received and wait_seconds:
            await asyncio.sleep(wait_seconds)
            received = await self._take(channel, limit)
        await self.answered()
        return received

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Delete; for a stale receipt SQS promises neither that it does nor that it does not."""
        await self.asked()
        for delivery in deliveries:
            held = self._received[delivery.receipt]
            if held.receipt == delivery.receipt or self.random.random() < self.deletes_stale:
                self.held[:] = [other for other in self.held if other is not held]
        await self.answered()

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        await self.asked()
        for delivery in deliveries:
            left = self._received_at[delivery.receipt] + self.longest_hold_seconds - self.loop.time()
            await self.inner.postpone([delivery], seconds=int(max(0, min(seconds, left))))
        await self.answered()

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Reject; what fails between the copy and the deletion leaves both."""
        await self.asked()
        if self.random.random() < self.unanswered:
            await self.inner.reject(replace(delivery, receipt="none"), reason=reason)
            raise QueueUnavailableError("lost between the copy and the deletion")
        await self.inner.reject(delivery, reason=reason)

    async def check(self) -> None:
        await self.asked()

    def put(self, channel: Channel, message: Message) -> None:
        """Take another system's message, which never fails: how that is done is not ours to test."""
        held = _Held(
            channel=channel,
            body=message.data.decode(),
            message=message,
            defect=None,
            visible_at=self.inner.clock.now(),
        )
        self.held.append(held)

    def forget(self, share: float) -> None:
        """Lose a share of all messages, as an endpoint that keeps them in memory does when it is killed."""
        self.held[:] = [held for held in self.held if self.random.random() >= share]

    def duplicate(self) -> None:
        """Make a copy of some message, visible at once."""
        if self.held:
            original = self.random.choice(self.held)
            self.held.append(replace(original, receipt="", visible_at=self.inner.clock.now()))

    def show_again(self) -> None:
        """Make some message visible before its time."""
        if self.held:
            self.random.choice(self.held).visible_at = self.inner.clock.now()

    async def _take(self, channel: Channel, limit: int) -> Sequence[Delivery]:
        self.random.shuffle(self.held)
        received = await self.inner.receive(channel, limit=limit, wait_seconds=0)
        if received:
            by_receipt = {held.receipt: held for held in self.held}
            self._received_at.update((delivery.receipt, self.loop.time()) for delivery in received)
            self._received.update((delivery.receipt, by_receipt[delivery.receipt]) for delivery in received)
        return received

    async def asked(self) -> None:
        """Get a call there, or not."""
        await self.loop.give_way()
        if self.random.random() < self.refused:
            raise QueueUnavailableError("away")

    async def answered(self) -> None:
        """Get the answer back, or not."""
        if self.random.random() < self.unanswered:
            await self.loop.give_way()
            raise QueueUnavailableError("no answer")
