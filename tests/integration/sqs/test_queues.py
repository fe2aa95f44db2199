"""Creating the queues, or only finding them."""

import asyncio

import pytest
from msgspec import json

from adapters.sqs.client import SqsClients
from adapters.sqs.queues import MAX_RECEIVE_COUNT, RETENTION_SECONDS, QueueNames, QueueUrls, ensure_queues
from application.ports.queue import QueueUnavailableError


async def attributes(clients: SqsClients, url: str) -> dict[str, str]:
    """Return all attributes of a queue."""
    answer = await clients.sending.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


async def test_both_queues_have_the_dead_letter_queue_below_them(clients: SqsClients, urls: QueueUrls) -> None:
    dead_letters = (await attributes(clients, urls.dead_letters))["QueueArn"]

    for url in (urls.commands, urls.events):
        redrive = json.decode((await attributes(clients, url))["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"] == dead_letters
        assert int(redrive["maxReceiveCount"]) == MAX_RECEIVE_COUNT


async def test_every_queue_keeps_messages_as_long_as_it_can(clients: SqsClients, urls: QueueUrls) -> None:
    for url in (urls.commands, urls.events, urls.dead_letters):
        assert (await attributes(clients, url))["MessageRetentionPeriod"] == str(RETENTION_SECONDS)


async def test_creating_again_changes_nothing(clients: SqsClients, names: QueueNames, urls: QueueUrls) -> None:
    assert await ensure_queues(clients.sending, names, create=True) == urls
    assert await ensure_queues(clients.sending, names, create=False) == urls


async def test_creating_twice_at_once_gives_the_same_queues(clients: SqsClients, names: QueueNames) -> None:
    first, second = await asyncio.gather(
        ensure_queues(clients.sending, names, create=True), ensure_queues(clients.sending, names, create=True)
    )

    assert first == second


async def test_queue_with_other_settings_is_adjusted(clients: SqsClients, names: QueueNames) -> None:
    await clients.sending.create_queue(QueueName=names.commands, Attributes={"MessageRetentionPeriod": "60"})
    urls = await ensure_queues(clients.sending, names, create=True)

    assert (await attributes(clients, urls.commands))["MessageRetentionPeriod"] == str(RETENTION_SECONDS)


async def test_missing_queue_that_may_not_be_created_is_named(clients: SqsClients, names: QueueNames) -> None:
    await clients.sending.create_queue(QueueName=names.commands)

    with pytest.raises(QueueUnavailableError, match=names.events):
        await ensure_queues(clients.sending, names, create=False)
