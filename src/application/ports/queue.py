"""The message queue as the core sees it: at least once, unordered, sometimes late, sometimes twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """The two queues; a message that cannot be handled ends in the dead-letter queue of both."""

    COMMANDS = "commands"
    EVENTS = "events"


class QueueUnavailableError(Exception):
    """The queue did not take the call; the caller may try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One CloudEvent: `data` is a JSON object in UTF-8; `group` is the caller, for fair queues.

    `id` is opaque (1 to 255 characters) and unique only together with `source`; `subject` may be empty.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: bytes
    group: str
    request_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A received message: decoded, or kept as it came with the reason why it could not be."""

    channel: Channel
    receipt: str
    receive_count: int
    body: str
    message: Message | None
    defect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What a batch send achieved: every id is in exactly one of the two."""

    sent: frozenset[str]
    failed: frozenset[str] = field(default_factory=frozenset)


class MessagePublisher(Protocol):
    """The sending side, used by the relay only."""

    async def publish(self, channel: Channel, messages: Sequence[Message]) -> SendReport:
        """Send any number of messages in batches of ten, oldest first.

        A message that the queue, or its own form, does not allow is reported as failed and holds up
        no other. Raise QueueUnavailableError if the queue could not be asked before anything went.
        """


class MessageConsumer(Protocol):
    """The receiving side, used by the worker only."""

    async def receive(self, channel: Channel, *, limit: int, wait_seconds: int) -> Sequence[Delivery]:
        """Long-poll for up to `limit` (at most 10) deliveries; empty when none came in time."""

    async def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge; a stale receipt is ignored, since the database fences the effect."""

    async def postpone(self, deliveries: Sequence[Delivery], *, seconds: int) -> None:
        """Make them visible again after `seconds` from now (0: at once, at most 43,200); stale receipts are ignored."""

    async def reject(self, delivery: Delivery, *, reason: str) -> None:
        """Copy it with its reason to the dead-letter queue, then delete it; never lose it between."""

    async def check(self) -> None:
        """Return when the queue answers, else raise QueueUnavailableError."""


class QueueGauges(Protocol):
    """What operators and alarms watch; the figures are approximate. Raises QueueUnavailableError."""

    async def backlog(self, channel: Channel) -> int:
        """Return how many messages wait to be received; those in a worker's hands are not among them."""

    async def dead_letters(self) -> int:
        """Return how many messages wait in the dead-letter queue."""
