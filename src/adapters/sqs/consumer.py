"""Receiving and settling."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sqs.client import SqsClients, answer_to
from adapters.sqs.envelope import EnvelopeError, decode
from adapters.sqs.limits import BATCH_ENTRIES, REQUEST_BYTES
from adapters.sqs.queues import QueueUrls
from application.ports.queue import Channel, Delivery, MessageConsumer, QueueUnavailableError

STALE = frozenset({"ReceiptHandleIsInvalid", "MessageNotInflight"})
"""The message was deleted, or received by somebody else since."""
LAPSED = ("InvalidParameterValue", "ReceiptHandle is invalid")
"""How AWS itself says the same; the code alone may mean anything."""

REASON_CHARACTERS = 512
UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What SQS does not take in a text; AWS never delivers it either, but other endpoints do."""


class SqsConsumer:
    """Receives and settles.

    Let the last `receive` end at a stop rather than cancel it: SQS may have handed out messages to
    the lost call, and they would stay invisible for `visibility_seconds`.
    """

    def __init__(self, clients: SqsClients, urls: QueueUrls, *, visibility_seconds: int) -> None:
        """Each received message stays invisible to others for `visibility_seconds`."""
        self._clients = clients
        self._urls = urls
        self._visibility_seconds = visibility_seconds

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Long-poll once; what cannot be decoded comes with its defect."""
        request = {
            "QueueUrl": self._urls.of(channel),
            "MaxNumberOfMessages": limit,
            "WaitTimeSeconds": wait_seconds,
            "VisibilityTimeout": self._visibility_seconds,
            "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
        }
        answer = await answer_to(self._clients.calls.call("ReceiveMessage", request, wait_seconds=wait_seconds))
        return [_delivery(channel, received) for received in answer.get("Messages") or ()]

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Delete in batches of ten; one refusal does not keep the rest."""
        await self._in_batches(deliveries, "DeleteMessageBatch", {})

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        """Change their visibility in batches of ten."""
        await self._in_batches(deliveries, "ChangeMessageVisibilityBatch", {"VisibilityTimeout": seconds})

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Send its body as it came, with `reason` and `origin` (the channel), to the dead-letter queue; then delete it.

        When only the copy succeeds the message comes again, and is rejected again.
        """
        body = _sendable(delivery.body)
        attributes = {"reason": _sendable(reason)[:REASON_CHARACTERS], "origin": delivery.channel.value}
        size = len(body.encode()) + sum(len(f"{name}String{value}".encode()) for name, value in attributes.items())
        # Where both do not fit, the body goes alone: it cannot be had again; the reason can, by decoding it.
        kept = attributes if size <= REQUEST_BYTES else {}
        await answer_to(
            self._clients.sending.send_message(
                QueueUrl=self._urls.dead_letters,
                MessageBody=body,
                MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in kept.items()},
            )
        )
        await self.delete([delivery])

    async def _in_batches(self, deliveries: Sequence[Delivery], action: str, more: Mapping[str, object]) -> None:
        # The batch calls report a stale receipt as data, the single calls as an exception.
        failures: list[str] = []
        for channel in Channel:
            receipts = [delivery.receipt for delivery in deliveries if delivery.channel is channel]
            for start in range(0, len(receipts), BATCH_ENTRIES):
                entries = [{**entry, **more} for entry in _entries(receipts[start : start + BATCH_ENTRIES])]
                request = {"QueueUrl": self._urls.of(channel), "Entries": entries}
                failures += _refusals(await answer_to(self._clients.calls.call(action, request)))
        if failures:
            raise QueueUnavailableError(f"not settled: {failures[0]}")

    async def check(self) -> None:
        """Ask for the commands queue."""
        await answer_to(
            self._clients.sending.get_queue_attributes(QueueUrl=self._urls.commands, AttributeNames=["QueueArn"])
        )


def _delivery(channel: Channel, received: dict[str, Any]) -> Delivery:
    body = received["Body"]
    message, defect = None, None
    try:
        message = decode(body)
    except EnvelopeError as error:
        defect = str(error)
    return Delivery(
        channel=channel,
        receipt=received["ReceiptHandle"],
        receive_count=int(received["Attributes"]["ApproximateReceiveCount"]),
        body=body,
        message=message,
        defect=defect,
    )


def _entries(receipts: Sequence[str]) -> list[dict[str, object]]:
    return [{"Id": str(position), "ReceiptHandle": receipt} for position, receipt in enumerate(receipts)]


def _refusals(answer: dict[str, Any]) -> list[str]:
    return [
        f"{failure['Code']}: {failure.get('Message', '')}"
        for failure in answer.get("Failed") or ()
        if not _is_stale(failure["Code"], failure.get("Message", ""))
    ]


def _is_stale(code: str, message: str) -> bool:
    lapsed, words = LAPSED
    return code in STALE or (code == lapsed and words in message)


def _sendable(text: str) -> str:
    return UNSENDABLE.sub("\ufffd", text)


_: type[MessageConsumer] = SqsConsumer
