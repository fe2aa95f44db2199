"""The dead-letter queue on a real SQS endpoint: the contract of all, and what only SQS can do to it."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from msgspec import json

from adapters.sqs.client import SqsClients
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.dead_letters import SqsDeadLetters
from adapters.sqs.envelope import MAX_BODY_BYTES
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueNames, QueueUrls
from application.ports.queue import Channel, QueueUnavailableError
from tests.support.contracts.dead_letters import DeadLetterContract, DeadLettersUnderTest
from tests.support.contracts.queue import MESSAGE

VISIBILITY_SECONDS = 30


@pytest.fixture
def dead(clients: SqsClients, names: QueueNames, urls: QueueUrls) -> DeadLettersUnderTest:
    return DeadLettersUnderTest(
        letters=SqsDeadLetters(clients, names),
        publisher=SqsPublisher(clients.calls, urls),
        consumer=SqsConsumer(clients, urls, visibility_seconds=VISIBILITY_SECONDS),
    )


class TestSqsDeadLetters(DeadLetterContract):
    """Letters on SQS."""


async def test_letters_of_a_dead_walk_come_back_by_themselves(
    dead: DeadLettersUnderTest, clients: SqsClients, names: QueueNames
) -> None:
    await dead.publisher.publish(Channel.COMMANDS, [MESSAGE])
    await dead.bury(Channel.COMMANDS, "timeout")
    async with AsyncExitStack() as opened:
        walk = await opened.enter_async_context(SqsDeadLetters(clients, names, hold_seconds=1).walk())
        assert [letter async for letter in walk.letters()]
        walk.give_back = _nothing  # type: ignore[attr-defined]
    await asyncio.sleep(1.1)
    assert len(await dead.all()) == 1


async def test_long_walk_keeps_hold_of_what_it_met(
    dead: DeadLettersUnderTest, clients: SqsClients, names: QueueNames
) -> None:
    await dead.publisher.publish(Channel.COMMANDS, [MESSAGE])
    await dead.bury(Channel.COMMANDS, "timeout")
    async with SqsDeadLetters(clients, names, hold_seconds=1).walk() as walk:
        met = [letter async for letter in walk.letters()]
        await asyncio.sleep(1.5)
        assert await dead.all() == []
        await walk.remove(met[0])
    assert await dead.all() == []


async def test_letter_that_sqs_itself_moved_tells_where_it_came_from(
    dead: DeadLettersUnderTest, clients: SqsClients, urls: QueueUrls
) -> None:
    policy = await clients.sending.get_queue_attributes(QueueUrl=urls.events, AttributeNames=["RedrivePolicy"])
    once = {**json.decode(policy["Attributes"]["RedrivePolicy"]), "maxReceiveCount": 1}
    await clients.sending.set_queue_attributes(
        QueueUrl=urls.events, Attributes={"RedrivePolicy": json.encode(once).decode()}
    )
    await clients.sending.send_message(QueueUrl=urls.events, MessageBody="not a CloudEvent")
    (delivery,) = await dead.consumer.receive(Channel.EVENTS, limit=1, wait_seconds=1)
    await dead.consumer.postpone([delivery], seconds=0)
    await dead.consumer.receive(Channel.EVENTS, limit=1, wait_seconds=1)

    (letter,) = await dead.all()
    assert (letter.origin, letter.reason) == (Channel.EVENTS, delivery.defect)


async def test_letter_without_attributes_has_its_reason_again_from_its_body(
    dead: DeadLettersUnderTest, clients: SqsClients, urls: QueueUrls
) -> None:
    await clients.sending.send_message(QueueUrl=urls.dead_letters, MessageBody="x" * (MAX_BODY_BYTES + 1))
    (letter,) = await dead.all()
    assert letter.reason == f"longer than {MAX_BODY_BYTES} bytes"
    async with dead.letters.walk() as walk:
        async for met in walk.letters():
            await walk.send_again(met)
            await walk.remove(met)
    (delivery,) = await dead.consumer.receive(Channel.COMMANDS, limit=1, wait_seconds=1)
    assert delivery.body == letter.body


async def test_missing_queue_is_unavailable(clients: SqsClients, names: QueueNames) -> None:
    with pytest.raises(QueueUnavailableError, match=names.commands):
        async with SqsDeadLetters(clients, names).walk():
            pass


async def _nothing() -> None:
    """Stand in for a process that is dead."""
