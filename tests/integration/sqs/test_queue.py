"""The queue on a real SQS endpoint: the contract of all, and what only SQS has."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters.sqs.client import SqsClients
from adapters.sqs.consumer import REASON_CHARACTERS, SqsConsumer
from adapters.sqs.envelope import MAX_BODY_BYTES
from adapters.sqs.gauges import SqsGauges
from adapters.sqs.limits import REQUEST_BYTES
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueUrls
from application.ports.queue import Channel
from tests.support.contracts.queue import (
    MESSAGE,
    MOST,
    DeadLetterSeen,
    QueueContract,
    QueueUnderTest,
    messages,
    receive_all,
    receive_one,
)

VISIBILITY_SECONDS = 60
HASTY_SECONDS = 2


async def raw(clients: SqsClients, url: str) -> list[dict[str, Any]]:
    """Return the messages of a queue with all that SQS knows of them."""
    answer = await clients.receiving.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=MOST,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    return list(answer.get("Messages", ()))


def attribute(message: dict[str, Any], name: str) -> str | None:
    """Return the value of a message attribute, or None."""
    value: str | None = message.get("MessageAttributes", {}).get(name, {}).get("StringValue")
    return value


@pytest.fixture
def queue(clients: SqsClients, urls: QueueUrls) -> QueueUnderTest:
    async def lapse() -> None:
        await asyncio.sleep(HASTY_SECONDS + 0.2)  # visibility runs on the endpoint's own clock

    async def send_foreign(channel: Channel, body: str) -> None:
        await clients.sending.send_message(QueueUrl=urls.of(channel), MessageBody=body)

    async def dead() -> list[DeadLetterSeen]:
        return [
            DeadLetterSeen(body=m["Body"], reason=attribute(m, "reason"), origin=attribute(m, "origin"))
            for m in await raw(clients, urls.dead_letters)
        ]

    return QueueUnderTest(
        publisher=SqsPublisher(clients.calls, urls),
        consumer=SqsConsumer(clients, urls, visibility_seconds=VISIBILITY_SECONDS),
        hasty=SqsConsumer(clients, urls, visibility_seconds=HASTY_SECONDS),
        lapse=lapse,
        gauges=SqsGauges(clients.sending, urls),
        send_foreign=send_foreign,
        dead=dead,
    )


class TestSqsQueue(QueueContract):
    """Here a lapse takes real seconds."""


async def test_request_and_trace_are_message_attributes(
    queue: QueueUnderTest, clients: SqsClients, urls: QueueUrls
) -> None:
    await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
    (message,) = await raw(clients, urls.commands)

    assert attribute(message, "requestid") == MESSAGE.request_id
    assert attribute(message, "traceparent") == MESSAGE.traceparent


async def test_caller_is_the_fair_queue_group(queue: QueueUnderTest, clients: SqsClients, urls: QueueUrls) -> None:
    await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])
    (message,) = await raw(clients, urls.commands)

    assert message["Attributes"]["MessageGroupId"] == MESSAGE.group


async def test_large_messages_are_split_into_requests_that_fit(queue: QueueUnderTest) -> None:
    data = b'{"text":"' + b"x" * 200_000 + b'"}'
    report = await queue.publisher.publish(Channel.COMMANDS, [replace(message, data=data) for message in messages(9)])

    assert len(report.sent) == 9
    assert len(await receive_all(queue.consumer, 9)) == 9


async def test_message_that_cannot_be_sent_holds_up_no_other(queue: QueueUnderTest) -> None:
    poison = replace(MESSAGE, id="poison", data=b"[]")
    report = await queue.publisher.publish(Channel.COMMANDS, [poison, MESSAGE])

    assert (set(report.sent), set(report.failed)) == ({MESSAGE.id}, {"poison"})


async def test_message_that_the_queue_refuses_holds_up_no_other(
    queue: QueueUnderTest, clients: SqsClients, urls: QueueUrls
) -> None:
    await clients.sending.set_queue_attributes(QueueUrl=urls.commands, Attributes={"MaximumMessageSize": "1024"})
    large = replace(MESSAGE, id="large", data=b'{"text":"' + b"x" * 2_000 + b'"}')
    report = await queue.publisher.publish(Channel.COMMANDS, [large, MESSAGE])

    assert (set(report.sent), set(report.failed)) == ({MESSAGE.id}, {"large"})


async def test_characters_that_sqs_refuses_arrive_all_the_same(queue: QueueUnderTest) -> None:
    odd = replace(MESSAGE, data='{"odd":"\ufffe\uffff\\u0001"}'.encode())
    report = await queue.publisher.publish(Channel.COMMANDS, [odd])
    delivery = await receive_one(queue.consumer)

    assert report.sent == {MESSAGE.id}
    assert delivery.message is not None
    assert delivery.message.data == b'{"odd":"\\ufffe\\uffff\\u0001"}'


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '{"specversion":"0.3"}',
        "[" * 100_000,
        '{"data":"\\ud800"}',
        "x" * (MAX_BODY_BYTES + 1),
    ],
    ids=["array", "version", "nesting", "surrogate", "size"],
)
async def test_hostile_body_is_rejected_and_the_next_message_handled(queue: QueueUnderTest, body: str) -> None:
    await queue.send_foreign(Channel.COMMANDS, body)
    delivery = await receive_one(queue.consumer)
    assert delivery.defect is not None
    await queue.consumer.reject(delivery, reason=delivery.defect)
    await queue.publisher.publish(Channel.COMMANDS, [MESSAGE])

    assert (await receive_one(queue.consumer)).message == MESSAGE
    assert await queue.dead() == [DeadLetterSeen(body=body, reason=delivery.defect, origin="commands")]


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # SQS takes it, the HTTP client frowns
async def test_body_that_leaves_no_room_for_its_reason_is_kept_whole(queue: QueueUnderTest) -> None:
    body = "x" * REQUEST_BYTES
    await queue.send_foreign(Channel.COMMANDS, body)
    await queue.consumer.reject(await receive_one(queue.consumer), reason="too large")

    assert await queue.dead() == [DeadLetterSeen(body=body, reason=None, origin=None)]


async def test_reason_that_sqs_would_not_take_is_made_sendable(queue: QueueUnderTest) -> None:
    await queue.send_foreign(Channel.COMMANDS, "not an envelope")
    await queue.consumer.reject(await receive_one(queue.consumer), reason="\x00\ud800" + "x" * 2_000)

    (letter,) = await queue.dead()
    assert letter.reason == "\ufffd\ufffd" + "x" * (REASON_CHARACTERS - 2)


async def test_open_polls_delay_no_send(queue: QueueUnderTest) -> None:
    polls = [
        asyncio.create_task(queue.consumer.receive(Channel.COMMANDS, limit=MOST, wait_seconds=2)) for _ in range(12)
    ]
    await asyncio.sleep(0.1)  # long enough for all polls to be on the wire
    await queue.publisher.publish(Channel.EVENTS, [MESSAGE])

    assert not any(poll.done() for poll in polls)
    await queue.publisher.publish(Channel.COMMANDS, messages(1))
    done, waiting = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert any(poll.result() for poll in done)
    await asyncio.gather(*waiting)
