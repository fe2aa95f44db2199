"""What every queue promises, whichever technology is behind it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from application.ports.queue import Channel, Delivery, Message, MessageConsumer, MessagePublisher, QueueGauges

AT_ONCE = 0
SOON = 5
"""Seconds to wait for what must come; it ends as soon as that has come."""
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterSeen:
    """One message as it lies in the dead-letter queue."""

    body: str
    reason: str | None
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueUnderTest:
    """A queue of its own for one test, with the ways to look behind it."""

    publisher: MessagePublisher
    consumer: MessageConsumer
    hasty: MessageConsumer
    """The same queue, received from with so short a visibility that `lapse` can end it."""
    lapse: Callable[[], Awaitable[None]]
    gauges: QueueGauges
    send_foreign: Callable[[Channel, str], Awaitable[None]]
    """Puts a body on the queue as another system would."""
    dead: Callable[[], Awaitable[Sequence[DeadLetterSeen]]]


MESSAGE = Message(
    id="0190a5b2-7c3e-7d4f-8a1b-2c3d4e5f6071",
    type="kondate.job.v1",
    source="/kondate",
    subject="the-job",
    time=datetime(2026, 3, 1, 12, 30, 45, 123456, tzinfo=UTC),
    data='{"title":"肉じゃが"}'.encode(),
    group="user-1",
    request_id="the-request",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def messages(count: int) -> list[Message]:
    """Return messages that differ by id."""
    return [replace(MESSAGE, id=f"message-{number}") for number in range(count)]


async def receive_all(consumer: MessageConsumer, count: int) -> list[Delivery]:
    """Receive until `count` deliveries came, or until nothing comes any more."""
    received: list[Delivery] = []
    while len(received) < count:
        some = await consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=SOON)
        if not some:
            break
        received += some
    return received


async def receive_one(consumer: MessageConsumer) -> Delivery:
    """Receive the one message that is there."""
    (delivery,) = await consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=SOON)
    return delivery


class QueueContract:
    """Subclassed once for each queue, with a fixture `queue` that returns a QueueUnderTest."""

    async def test_message_arrives_with_all_its_fields(self, queue: QueueUnderTest) -> None:
        report = await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        delivery = await receive_one(queue.consumer)

        assert report.sent == {MESSAGE.id}
        assert not report.failed
        assert delivery.message == MESSAGE
        assert (delivery.channel, delivery.receive_count, delivery.defect) == (Channel.COMMANDS, 1, None)

    async def test_message_without_optional_fields_arrives(self, queue: QueueUnderTest) -> None:
        bare = replace(MESSAGE, subject="", request_id=None, traceparent=None)
        await queue.publisher.publish(Channel.COMMANDS, [bare])

        assert (await receive_one(queue.consumer)).message == bare

    async def test_more_than_one_batch_arrives_whole(self, queue: QueueUnderTest) -> None:
        many = messages(25)
        report = await queue.publisher.publish(Channel.COMMANDS, many)
        received = await receive_all(queue.consumer, len(many))

        assert report.sent == {message.id for message in many}
        assert sorted(delivery.message.id for delivery in received if delivery.message) == sorted(report.sent)

    async def test_publishing_nothing_sends_nothing(self, queue: QueueUnderTest) -> None:
        report = await queue.publisher.publish(Channel.COMMANDS, [])

        assert not report.sent
        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_every_group_gets_through_in_any_order(self, queue: QueueUnderTest) -> None:
        groups = ["user-1", "user-2", "user 3 with spaces", "利用者四"]
        mixed = [replace(message, group=groups[turn % 4]) for turn, message in enumerate(messages(12))]
        await queue.publisher.publish(Channel.COMMANDS, mixed)
        received = await receive_all(queue.consumer, len(mixed))

        assert {d.message.id: d.message.group for d in received if d.message} == {m.id: m.group for m in mixed}

    async def test_channels_are_apart(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.EVENTS, [MESSAGE])

        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []
        assert len(await queue.consumer.receive(Channel.EVENTS, limit=MOST, wait_seconds=SOON)) == 1

    async def test_receive_gives_no_more_than_the_limit(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, messages(3))

        assert len(await queue.consumer.receive(Channel.COMMANDS, limit=2, wait_seconds=SOON)) <= 2

    async def test_waiting_receive_is_woken_by_a_message(self, queue: QueueUnderTest) -> None:
        waiting = asyncio.create_task(receive_one(queue.consumer))
        await asyncio.sleep(0)
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])

        assert (await waiting).message == MESSAGE

    async def test_received_message_is_hidden_from_others(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        await receive_one(queue.consumer)

        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_unsettled_message_comes_again(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        first = await receive_one(queue.hasty)
        await queue.lapse()
        second = await receive_one(queue.consumer)

        assert (second.message, second.receive_count) == (MESSAGE, 2)
        assert second.receipt != first.receipt

    async def test_deleted_message_never_comes_again(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, messages(12))
        await queue.hasty.delete(await receive_all(queue.hasty, 12))
        await queue.lapse()

        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_postponed_by_nothing_comes_at_once(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        await queue.consumer.postpone([await receive_one(queue.consumer)], seconds=0)
        again = await receive_one(queue.consumer)

        assert (again.message, again.receive_count) == (MESSAGE, 2)

    async def test_postponed_message_stays_away_longer(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        await queue.hasty.postpone([await receive_one(queue.hasty)], seconds=600)
        await queue.lapse()

        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_stale_receipt_harms_nothing(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        stale = await receive_one(queue.consumer)
        await queue.consumer.delete([stale])

        await queue.consumer.delete([stale])
        await queue.consumer.postpone([stale], seconds=0)
        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_late_delete_leaves_the_later_receiver_able_to_settle(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
        stale = await receive_one(queue.consumer)
        await queue.consumer.postpone([stale], seconds=0)
        fresh = await receive_one(queue.consumer)

        await queue.consumer.delete([stale])
        await queue.consumer.delete([fresh])
        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []

    async def test_malformed_body_comes_with_its_defect(self, queue: QueueUnderTest) -> None:
        await queue.send_foreign(Channel.COMMANDS, "not an envelope")
        delivery = await receive_one(queue.consumer)

        assert (delivery.message, delivery.body) == (None, "not an envelope")
        assert delivery.defect

    async def test_rejected_message_is_kept_with_its_reason(self, queue: QueueUnderTest) -> None:
        await queue.send_foreign(Channel.COMMANDS, "not an envelope")
        await queue.hasty.reject(await receive_one(queue.hasty), reason="malformed: not JSON")
        await queue.lapse()

        assert await queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=AT_ONCE) == []
        seen = DeadLetterSeen(body="not an envelope", reason="malformed: not JSON", origin="commands")
        assert await queue.dead() == [seen]

    async def test_rejected_message_does_not_block_the_next(self, queue: QueueUnderTest) -> None:
        await queue.send_foreign(Channel.COMMANDS, "not an envelope")
        await queue.consumer.reject(await receive_one(queue.consumer), reason="malformed")
        await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])

        assert (await receive_one(queue.consumer)).message == MESSAGE

    async def test_gauges_count_what_waits(self, queue: QueueUnderTest) -> None:
        await queue.publisher.publish(Channel.COMMANDS, messages(3))
        (held,) = await queue.consumer.receive(Channel.COMMANDS, limit=1, wait_seconds=SOON)
        await queue.consumer.reject(held, reason="because")

        assert await queue.gauges.backlog(Channel.COMMANDS) == 2
        assert await queue.gauges.backlog(Channel.EVENTS) == 0
        assert await queue.gauges.dead_letters() == 1

    async def test_queue_that_answers_passes_its_check(self, queue: QueueUnderTest) -> None:
        await queue.consumer.check()
