"""The three queues of an installation: created, or only found."""

from dataclasses import dataclass

from aiobotocore.client import AioBaseClient
from msgspec import json

from adapters.sqs.client import answer_to
from application.ports.queue import Channel, QueueUnavailableError

RETENTION_SECONDS = 1_209_600
"""14 days, the most that SQS allows: a message of another system exists nowhere else until a worker takes it."""

MAX_RECEIVE_COUNT = 1_000
"""The most that SQS allows.

The worker counts attempts in the database and rejects with a reason. Receives are not attempts: a
message is also received again when a worker stopped, when another still holds the job, or while the
database is away. SQS's own move, which tells no reason, is only the net below a message that no
worker manages to settle at all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNames:
    """How an installation calls its queues."""

    commands: str
    events: str
    dead_letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueUrls:
    """Where they are."""

    commands: str
    events: str
    dead_letters: str

    def of(self, channel: Channel) -> str:
        """Return the address of a channel's queue."""
        return self.commands if channel is Channel.COMMANDS else self.events


async def ensure_queues(client: AioBaseClient, names: QueueNames, *, create: bool) -> QueueUrls:
    """Find the queues; with `create`, create what is missing and bring what exists to the same settings.

    Safe to repeat, and to run twice at once. Raises QueueUnavailableError, which names the first
    queue that is missing when it may not be created.
    """
    if not create:
        return QueueUrls(
            commands=await _found(client, names.commands),
            events=await _found(client, names.events),
            dead_letters=await _found(client, names.dead_letters),
        )
    retention = {"MessageRetentionPeriod": str(RETENTION_SECONDS)}
    dead_letters = await _ensured(client, names.dead_letters, retention)
    redrive = {"deadLetterTargetArn": await _arn(client, dead_letters), "maxReceiveCount": MAX_RECEIVE_COUNT}
    attributes = {**retention, "RedrivePolicy": json.encode(redrive).decode()}
    return QueueUrls(
        commands=await _ensured(client, names.commands, attributes),
        events=await _ensured(client, names.events, attributes),
        dead_letters=dead_letters,
    )


async def check_queue(client: AioBaseClient, name: str) -> None:
    """Return when the queue answers, else raise QueueUnavailableError."""
    await _found(client, name)


async def _ensured(client: AioBaseClient, name: str, attributes: dict[str, str]) -> str:
    # CreateQueue refuses a queue that exists with other settings, so one that exists is adjusted instead.
    url = await _find(client, name)
    if url is None:
        answer = await answer_to(client.create_queue(QueueName=name, Attributes=attributes))
        return str(answer["QueueUrl"])
    await answer_to(client.set_queue_attributes(QueueUrl=url, Attributes=attributes))
    return url


async def _found(client: AioBaseClient, name: str) -> str:
    url = await _find(client, name)
    if url is None:
        raise QueueUnavailableError(f"the queue {name} does not exist")
    return url


async def _find(client: AioBaseClient, name: str) -> str | None:
    try:
        answer = await answer_to(client.get_queue_url(QueueName=name))
    except QueueUnavailableError as error:
        if isinstance(error.__cause__, client.exceptions.QueueDoesNotExist):
            return None
        raise
    return str(answer["QueueUrl"])


async def _arn(client: AioBaseClient, url: str) -> str:
    answer = await answer_to(client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"]))
    return str(answer["Attributes"]["QueueArn"])
