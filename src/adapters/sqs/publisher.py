"""Sending in batches: one call costs about as much CPU for ten messages as for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.sqs.calls import SqsCalls
from adapters.sqs.client import answer_to
from adapters.sqs.envelope import EnvelopeError, encode, fair_group
from adapters.sqs.limits import BATCH_ENTRIES, REQUEST_BYTES
from adapters.sqs.queues import QueueUrls
from application.ports.queue import Channel, Message, MessagePublisher, QueueUnavailableError, SendReport

ATTRIBUTES_BYTES = 4_096
"""More than the attributes of one message can take; they count towards the request's size."""


@dataclass(frozen=True, slots=True)
class _Entry:
    message: Message
    body: str

    @property
    def most_bytes(self) -> int:
        return len(self.body.encode()) + ATTRIBUTES_BYTES


class SqsPublisher:
    """Sends batch after batch."""

    def __init__(self, calls: SqsCalls, urls: QueueUrls) -> None:
        """Take the way to call SQS, and where the queues are."""
        self._calls = calls
        self._urls = urls

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        """Send them; one that cannot be encoded, or that the queue refuses by itself, is among the failed."""
        sent: set[str] = set()
        for batch in _batches(messages):
            entries = [_request(position, entry) for position, entry in enumerate(batch)]
            request = {"QueueUrl": self._urls.of(channel), "Entries": entries}
            try:
                answer = await answer_to(self._calls.call("SendMessageBatch", request))
            except QueueUnavailableError:
                if not sent:
                    raise
                break
            # What the answer does not name was perhaps not sent: once more is harmless, never is not.
            sent.update(batch[int(success["Id"])].message.id for success in answer.get("Successful") or ())
        return SendReport(sent=frozenset(sent), failed=frozenset(message.id for message in messages) - sent)


def _batches(messages: Sequence[Message]) -> Iterator[list[_Entry]]:
    batch: list[_Entry] = []
    size = 0
    for message in messages:
        try:
            entry = _Entry(message, encode(message))
        except EnvelopeError:
            continue
        if len(batch) == BATCH_ENTRIES or size + entry.most_bytes > REQUEST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.most_bytes
    if batch:
        yield batch


def _request(position: int, entry: _Entry) -> dict[str, object]:
    traces = {"requestid": entry.message.request_id, "traceparent": entry.message.traceparent}
    return {
        "Id": str(position),
        "MessageBody": entry.body,
        "MessageGroupId": fair_group(entry.message.group),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in traces.items() if value is not None
        },
    }


_: type[MessagePublisher] = SqsPublisher
