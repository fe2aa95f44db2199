"""Queues of their own for each test, on the one endpoint of the run."""

import secrets
from collections.abc import AsyncIterator

import pytest

from adapters.sqs.client import SqsClients, open_sqs
from adapters.sqs.queues import QueueNames, QueueUrls, ensure_queues


@pytest.fixture
async def clients(sqs_endpoint: str) -> AsyncIterator[SqsClients]:
    async with open_sqs(endpoint=sqs_endpoint, region="us-east-1", credentials=("local", "local")) as clients:
        yield clients


@pytest.fixture
def names() -> QueueNames:
    stem = f"test-{secrets.token_hex(8)}"
    return QueueNames(commands=f"{stem}-commands", events=f"{stem}-events", dead_letters=f"{stem}-dead")


@pytest.fixture
async def urls(clients: SqsClients, names: QueueNames) -> AsyncIterator[QueueUrls]:
    urls = await ensure_queues(clients.sending, names, create=True)
    yield urls
    for url in (urls.commands, urls.events, urls.dead_letters):
        await clients.sending.delete_queue(QueueUrl=url)
