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
    published: set[str] = field(default_factory=set)
    _received: dict[str, _Held] = field(default_factory=dict)

    @property
    def held(self) -> list[_Held]:
        """All messages, visible or not."""
        return self.inner._held

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        await self._request()
        failed = {message.id for message in messages if self.random.random() < self.partly_failed}
        taken = [message for message in messages if message.id not in failed]
        taken += [message for message in taken if self.random.random() < self.duplicated]
        await self.inner.publish(channel, taken)
        for held in self.held[len(self.held) - len(taken) :]:
            if self.random.random() < self.delayed:
                held.visible_at += timedelta(seconds=self.random.uniform(0, 100))
        self.published.update(message.id for message in taken)
        await self._answer()
        return SendReport(sent=frozenset(message.id for message in taken), failed=frozenset(failed))

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Poll at once, and once more at the end of the wait: a wake-up in between would be luck."""
        await self._request()
        received = await self._take(channel, limit)
        if not received and wait_seconds:
            await asyncio.sleep(wait_seconds)
            received = await self._take(channel, limit)
        await self._answer()
        return received

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Delete; for a stale receipt SQS promises neither that it does nor that it does not."""
        await self._request()
        for delivery in deliveries:
            held = self._received[delivery.receipt]
            if held.receipt == delivery.receipt or self.random.random() < self.deletes_stale:
                self.held[:] = [other for other in self.held if other is not held]
        await self._answer()

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        await self._request()
        await self.inner.postpone(deliveries, seconds=seconds)
        await self._answer()

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Reject; what fails between the copy and the deletion leaves both."""
        await self._request()
        if self.random.random() < self.unanswered:
            await self.inner.reject(replace(delivery, receipt="none"), reason=reason)
            raise QueueUnavailableError("lost between the copy and the deletion")
        await self.inner.reject(delivery, reason=reason)

    async def check(self) -> None:
        await self._request()

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
            self._received.update((delivery.receipt, by_receipt[delivery.receipt]) for delivery in received)
        return received

    async def _request(self) -> None:
        await self.loop.give_way()
        if self.random.random() < self.refused:
            raise QueueUnavailableError("away")

    async def _answer(self) -> None:
        if self.random.random() < self.unanswered:
            await self.loop.give_way()
            raise QueueUnavailableError("no answer")
