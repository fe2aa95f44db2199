"""The dead-letter queue on SQS, which has no list: letters are received, held for the walk, and given back.

A loop of our own, since StartMessageMoveTask knows no filter and no new job, and few endpoints other than AWS have it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from adapters.sqs.client import SqsClients, answer_to
from adapters.sqs.envelope import EnvelopeError, decode, fair_group
from adapters.sqs.limits import BATCH_ENTRIES
from adapters.sqs.queues import QueueNames, QueueUrls, ensure_queues
from adapters.wire.messages import EVENT_PREFIX
from application.ports.dead_letters import DeadLetter, DeadLetterQueue, DeadLetterWalk, letter_id
from application.ports.queue import Channel, Message, QueueUnavailableError

HOLD_SECONDS = 30
WAIT_SECONDS = 1
"""SQS answers a receive that does not wait from some of its servers only; one that waits has asked them all."""
MOVED_BY_QUEUE = "received-too-often"
"""The reason of a letter that SQS itself moved; it tells none."""


class SqsDeadLetters:
    """Finds the queues at each walk, so that it can be had before they can be reached."""

    def __init__(self, clients: SqsClients, names: QueueNames, *, hold_seconds: int = HOLD_SECONDS) -> None:
        """Letters of a walk whose process died come back after `hold_seconds`."""
        self._clients = clients
        self._names = names
        self._hold_seconds = hold_seconds

    @asynccontextmanager
    async def walk(self) -> AsyncIterator[DeadLetterWalk]:
        """Hold each letter that is met until the block ends."""
        urls = await ensure_queues(self._clients.sending, self._names, create=False)
        walk = SqsWalk(self._clients, urls, hold_seconds=self._hold_seconds)
        holding = asyncio.create_task(walk.keep_holding())
        try:
            yield walk
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)
            await walk.give_back()


class SqsWalk:
    """One walk: what it holds, by message id, with the receipt of the latest receive."""

    def __init__(self, clients: SqsClients, urls: QueueUrls, *, hold_seconds: int) -> None:
        """Begin with nothing met."""
        self._clients = clients
        self._urls = urls
        self._hold_seconds = hold_seconds
        self._held: dict[str, str] = {}
        self._met: set[str] = set()

    async def letters(self) -> AsyncIterator[DeadLetter]:
        """Receive until nothing comes any more; what comes a second time is only held anew."""
        while received := await self._receive():
            self._held.update((each["MessageId"], each["ReceiptHandle"]) for each in received)
            for each in received:
                if each["MessageId"] not in self._met:
                    self._met.add(each["MessageId"])
                    yield _letter(each, self._urls)

    async def send_again(self, letter: DeadLetter) -> None:
        """Send the body, with the group and trace that its envelope tells."""
        call = self._clients.sending.send_message(
            QueueUrl=self._urls.of(letter.origin), MessageBody=letter.body, **_routing(letter.message)
        )
        await answer_to(call)

    async def remove(self, letter: DeadLetter) -> None:
        """Delete by the latest receipt."""
        receipt = self._held[letter.handle]
        await answer_to(self._clients.sending.delete_message(QueueUrl=self._urls.dead_letters, ReceiptHandle=receipt))
        del self._held[letter.handle]

    async def keep_holding(self) -> None:
        """Renew the hold on everything met, long before it lapses, until cancelled."""
        while True:
            await asyncio.sleep(self._hold_seconds / 3)
            # A hold that lapses lets another walk meet the letter: twice is possible then, never not at all.
            with suppress(QueueUnavailableError):
                await self._hide_for(self._hold_seconds)

    async def give_back(self) -> None:
        """Let others see at once what is still held; where the queue is away it comes back by itself."""
        with suppress(QueueUnavailableError):
            await self._hide_for(0)

    async def _receive(self) -> list[dict[str, Any]]:
        answer = await answer_to(
            self._clients.receiving.receive_message(
                QueueUrl=self._urls.dead_letters,
                MaxNumberOfMessages=BATCH_ENTRIES,
                WaitTimeSeconds=WAIT_SECONDS,
                VisibilityTimeout=self._hold_seconds,
                MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"],
                MessageAttributeNames=["reason", "origin"],
            )
        )
        received: list[dict[str, Any]] = answer.get("Messages", [])
        return received

    async def _hide_for(self, seconds: int) -> None:
        receipts = list(self._held.values())
        for start in range(0, len(receipts), BATCH_ENTRIES):
            entries = [
                {"Id": str(position), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                for position, receipt in enumerate(receipts[start : start + BATCH_ENTRIES])
            ]
            call = self._clients.sending.change_message_visibility_batch(
                QueueUrl=self._urls.dead_letters, Entries=entries
            )
            await answer_to(call)


def _letter(received: Mapping[str, Any], urls: QueueUrls) -> DeadLetter:
    body, attributes = received["Body"], received["Attributes"]
    given = {name: value.get("StringValue") for name, value in received.get("MessageAttributes", {}).items()}
    message, reason = None, given.get("reason") or MOVED_BY_QUEUE
    try:
        message = decode(body)
    except EnvelopeError as error:
        # A reason that did not fit beside the body can be had again by decoding it.
        reason = given.get("reason") or str(error)
    return DeadLetter(
        id=letter_id(message, body),
        handle=received["MessageId"],
        origin=_origin(given.get("origin"), attributes.get("DeadLetterQueueSourceArn"), message, urls),
        reason=reason,
        body=body,
        message=message,
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
    )


def _origin(given: str | None, source_arn: str | None, message: Message | None, urls: QueueUrls) -> Channel:
    """Return where the letter came from: as we noted it, as SQS knows it, or as its type tells."""
    for channel in Channel:
        queue = urls.of(channel).rpartition("/")[2]
        if given == channel.value or (source_arn is not None and source_arn.rpartition(":")[2] == queue):
            return channel
    return Channel.EVENTS if message is not None and message.type.startswith(EVENT_PREFIX) else Channel.COMMANDS


def _routing(message: Message | None) -> dict[str, object]:
    if message is None:
        return {}
    traces = {"requestid": message.request_id, "traceparent": message.traceparent}
    return {
        "MessageGroupId": fair_group(message.group),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in traces.items() if value is not None
        },
    }


_: type[DeadLetterQueue] = SqsDeadLetters
