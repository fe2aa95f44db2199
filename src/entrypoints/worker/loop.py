"""The worker: receives what it can run soon, and settles what became of each message.

Invariants: a message is deleted only on `Done`; `Leave` touches nothing; at a stop no new poll begins,
running work may end within the grace period, and what is left is handed back at once.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from application.ports.queue import Channel, Delivery, MessageConsumer, QueueUnavailableError
from application.ports.telemetry import Telemetry
from application.ports.unit_of_work import StorageUnavailableError
from application.progress import AttemptBoard
from application.verdict import Done, Leave, Reject, Retry
from entrypoints.worker.delivery import DeliveryHandler
from entrypoints.worker.held import HeldDeliveries
from entrypoints.worker.keeper import Keeper
from entrypoints.worker.turns import MOST_RECEIVED, Turns

PAUSE_SECONDS = 1.0
LATE_SECONDS = 10.0
"""How long after its time a poll may be answered."""
GATHER_SECONDS = {Channel.COMMANDS: 0.01, Channel.EVENTS: 0.05}
"""How long messages gather after a poll that found few: a call costs the same for one as for ten."""
SETTLE_SECONDS = 0.05
"""How long finished deliveries gather, for the same reason; nobody waits for their deletion."""
WATCH_SECONDS = 0.25
"""How often progress is shown and wishes to cancel are looked for."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """Runs up to `concurrency` deliveries of each channel at once, so that neither waits for the other."""

    consumer: MessageConsumer
    handler: DeliveryHandler
    keeper: Keeper
    held: HeldDeliveries
    board: AttemptBoard
    telemetry: Telemetry
    concurrency: int
    poll_seconds: int
    grace_seconds: float
    monotonic: Callable[[], float] = time.monotonic
    polled_at: float = float("-inf")
    """When the queue last answered a poll, on the monotonic clock."""
    _turns: dict[Channel, Turns] = field(init=False)
    _running: dict[asyncio.Task[None], Delivery] = field(default_factory=dict)
    _finished: dict[Channel, asyncio.Queue[Delivery]] = field(
        default_factory=lambda: {channel: asyncio.Queue() for channel in Channel}
    )

    def __post_init__(self) -> None:
        """Let each channel have turns of its own."""
        self._turns = {channel: Turns(self.concurrency, self.monotonic) for channel in Channel}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then end within the grace period."""
        keeping = self.keeper.start()
        deleting = [asyncio.create_task(self._delete(finished)) for finished in self._finished.values()]
        helpers = [*deleting, asyncio.create_task(self._watch())]
        pollers = [asyncio.create_task(self._poll(channel, stop)) for channel in Channel]
        self.telemetry.event("worker.ready", {"concurrency": self.concurrency})
        try:
            await stop.wait()
            self.telemetry.event("worker.stopping", {"running": len(self._running)})
            await asyncio.wait([*pollers, *self._running], timeout=self.grace_seconds)
        finally:
            await self._hand_back(pollers)
            for finished in self._finished.values():
                await finished.join()
            self.keeper.stop()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, asyncio.to_thread(keeping.join, PAUSE_SECONDS), return_exceptions=True)
        self.telemetry.event("worker.stopped", {})

    async def check(self) -> None:
        """Return while the queue answers, else raise QueueUnavailableError.

        A worker whose every turn is taken polls for nothing more; then it is the keeper whom the queue answers.
        """
        is_full = all(turns.are_taken for turns in self._turns.values())
        is_answered = self.monotonic() - self.polled_at <= self.poll_seconds + LATE_SECONDS
        if not is_answered and not (is_full and self.keeper.is_keeping()):
            raise QueueUnavailableError("no poll was answered of late")

    async def _poll(self, channel: Channel, stop: asyncio.Event) -> None:
        turns = self._turns[channel]
        while not stop.is_set():
            limit = await turns.room()
            if stop.is_set():
                return
            try:
                received = await self.consumer.receive(channel, limit=limit, wait_seconds=self.poll_seconds)
                self.polled_at = self.monotonic()
            except QueueUnavailableError as error:
                self.telemetry.event("worker.waiting", {"channel": channel.value, "reason": str(error)})
                await _pause(stop, PAUSE_SECONDS)
                continue
            for delivery in received:
                self.held.add(delivery)
                task = asyncio.create_task(self._work(delivery, turns, stop))
                self._running[task] = delivery
                task.add_done_callback(self._running.pop)
            if 0 < len(received) < limit:
                await _pause(stop, GATHER_SECONDS[channel])

    async def _work(self, delivery: Delivery, turns: Turns, stop: asyncio.Event) -> None:
        async with turns.turn() as is_mine:
            try:
                verdict = (
                    await self.handler.handle(delivery) if is_mine and not stop.is_set() else Retry(delay_seconds=0)
                )
            except BaseException:
                # Held any longer it would be renewed for ever, and nobody would ever take it up.
                self.held.remove(delivery)
                raise
            if isinstance(verdict, Done):
                self._finished[delivery.channel].put_nowait(delivery)  # held until it is deleted
            else:
                await asyncio.shield(self._settle(delivery, verdict))

    async def _settle(self, delivery: Delivery, verdict: Leave | Retry | Reject) -> None:
        self.held.remove(delivery)
        try:
            match verdict:
                case Retry(delay_seconds=delay):
                    await self.consumer.postpone([delivery], seconds=delay)
                case Reject(reason=reason):
                    message_id = delivery.message.id if delivery.message else ""
                    self.telemetry.event(
                        "delivery.rejected",
                        {"reason": reason, "channel": delivery.channel.value, "message_id": message_id},
                    )
                    await self.consumer.reject(delivery, reason=reason)
                case Leave():
                    pass
        except QueueUnavailableError as error:
            # The message comes again when its visibility lapses, and the database knows what was done.
            self.telemetry.event("worker.unsettled", {"reason": str(error)})

    async def _delete(self, finished: asyncio.Queue[Delivery]) -> None:
        """Delete in batches: those of one channel that finish shortly after one another go together."""
        while True:
            batch = [await finished.get()]
            try:
                async with asyncio.timeout(SETTLE_SECONDS):
                    while len(batch) < MOST_RECEIVED:
                        batch.append(await finished.get())
            except TimeoutError:
                pass
            try:
                await self.consumer.delete(batch)
            except QueueUnavailableError as error:
                self.telemetry.event("worker.unsettled", {"reason": str(error)})
            finally:
                for delivery in batch:
                    self.held.remove(delivery)
                    finished.task_done()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.board.watch()
            except StorageUnavailableError as error:
                self.telemetry.event("worker.not_watching", {"reason": str(error)})

    async def _hand_back(self, pollers: Sequence[asyncio.Task[None]]) -> None:
        left = dict(self._running)
        for task in (*pollers, *left):
            task.cancel()
        await asyncio.gather(*pollers, *left, return_exceptions=True)
        for delivery in left.values():
            await self._settle(delivery, Retry(delay_seconds=0))
        if left:
            self.telemetry.event("worker.handed_back", {"deliveries": len(left)})


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
