"""SQS keeps the contract of all queues, and creates or finds its own."""

import asyncio

import pytest

from adapters.sqs.client import SqsClients, open_sqs
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.gauges import SqsGauges
from adapters.sqs.publisher import SqsPublisher
from adapters.sqs.queues import QueueNames, QueueUrls, check_queue, ensure_queues
from application.ports.queue import Channel, QueueUnavailableError
from tests.support.contracts.queue import MESSAGE, DeadLetterSeen, QueueContract, QueueUnderTest
from tests.support.processes import running_sqs

VISIBILITY_SECONDS = 30
HASTY_SECONDS = 2


class TestSqsQueue(QueueContract):
    """Here a lapse is a short visibility waited out: SQS has no clock that a test could turn."""

    @pytest.fixture
    def queue(self, clients: SqsClients, urls: QueueUrls) -> QueueUnderTest:
        async def lapse() -> None:
            await asyncio.sleep(HASTY_SECONDS + 0.3)

        async def send_foreign(channel: Channel, body: str) -> None:
            await clients.sending.send_message(QueueUrl=urls.of(channel), MessageBody=body)

        async def dead() -> list[DeadLetterSeen]:
            answer = await clients.receiving.receive_message(
                QueueUrl=urls.dead_letters, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            return [_seen(message) for message in answer.get("Messages", ())]

        return QueueUnderTest(
            publisher=SqsPublisher(clients.sending, urls),
            consumer=SqsConsumer(clients, urls, visibility_seconds=VISIBILITY_SECONDS),
            hasty=SqsConsumer(clients, urls, visibility_seconds=HASTY_SECONDS),
            lapse=lapse,
            gauges=SqsGauges(clients.sending, urls),
            send_foreign=send_foreign,
            dead=dead,
        )


async def test_queues_can_be_ensured_again_and_at_once(clients: SqsClients, names: QueueNames) -> None:
    urls = await asyncio.gather(*(ensure_queues(clients.sending, names, create=True) for _ in range(3)))
    assert urls[0] == urls[1] == urls[2]


async def test_missing_queue_is_named_where_it_may_not_be_created(clients: SqsClients, names: QueueNames) -> None:
    with pytest.raises(QueueUnavailableError, match=names.commands):
        await ensure_queues(clients.sending, names, create=False)


async def test_queue_that_answers_passes_the_check(clients: SqsClients, names: QueueNames, urls: QueueUrls) -> None:
    assert urls.commands.endswith(names.commands)
    await check_queue(clients.sending, names.commands)


async def test_endpoint_that_is_away_is_told_as_unavailable() -> None:
    names = QueueNames(commands="a", events="b", dead_letters="c")
    with running_sqs() as endpoint:
        async with open_sqs(endpoint=endpoint, region="us-east-1", credentials=("local", "local")) as clients:
            urls = await ensure_queues(clients.sending, names, create=True)
    async with open_sqs(endpoint=endpoint, region="us-east-1", credentials=("local", "local")) as clients:
        with pytest.raises(QueueUnavailableError):
            await SqsPublisher(clients.sending, urls).publish(Channel.COMMANDS, [MESSAGE])
        with pytest.raises(QueueUnavailableError):
            await SqsConsumer(clients, urls, visibility_seconds=1).receive(Channel.COMMANDS, limit=1, wait_seconds=0)


def _seen(message: dict[str, object]) -> DeadLetterSeen:
    attributes = message.get("MessageAttributes")
    given = attributes if isinstance(attributes, dict) else {}
    return DeadLetterSeen(
        body=str(message["Body"]),
        reason=given.get("reason", {}).get("StringValue"),
        origin=given.get("origin", {}).get("StringValue"),
    )
