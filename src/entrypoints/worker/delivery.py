"""One delivery, from what arrived to a verdict."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.bus import Bus
from application.ports.idempotency import IdempotencyKey
from application.ports.jobs import JobLeases
from application.ports.messages import CommandRequested, JobAnnounced, MessageReader, UnreadableMessageError
from application.ports.queue import Delivery, Message
from application.ports.telemetry import Telemetry, Tracer, TransportKind
from application.ports.unit_of_work import StorageUnavailableError
from application.run_job import RunJob
from application.verdict import Done, Reject, Retry, Verdict
from domain.errors import DomainError
from domain.job import Origin
from domain.principal import Principal

EVENT_RECEIVES = 10
"""Deliveries after which an event that no handler can take becomes a dead letter."""
EVENT_RETRY_SECONDS = 5
MOST_RECEIVES = 500
"""After so many a job gets a fresh message: SQS itself moves one that was received a thousand times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHandler:
    """Gives jobs to RunJob and events to their handlers; whatever happens ends as a verdict."""

    run_job: RunJob
    bus: Bus
    reader: MessageReader
    sources: Mapping[str, Principal]
    """The other systems that may ask for commands, and as whom each does."""
    inbox_life: timedelta
    """How long their messages are remembered."""
    leases: JobLeases
    telemetry: Telemetry
    tracer: Tracer

    async def handle(self, delivery: Delivery) -> Verdict:
        """Decide what becomes of the delivery."""
        message = delivery.message
        if message is None:
            return Reject(reason=delivery.defect or "unreadable")
        with self.tracer.transport(
            TransportKind.CONSUMER,
            f"process {delivery.channel}",
            request_id=message.request_id or message.id,
            traceparent=message.traceparent,
            attributes={"messaging.destination.name": delivery.channel.value, "messaging.message.id": message.id},
        ) as work:
            try:
                content = self.reader.read(message)
            except UnreadableMessageError as error:
                return Reject(reason=str(error))
            try:
                if isinstance(content, JobAnnounced):
                    work.bind({"job_id": str(content.job_id)})
                    return await self._run(content, delivery)
                if isinstance(content, CommandRequested):
                    return await self._accept(content, message)
                await self.bus.tell(content, _origin(message, Principal(subject=message.group)))
            except Exception as error:  # noqa: BLE001 (a storage that is away, or a handler's fault: the message comes again)
                work.fail(error)
                return self._after(error, delivery)
            return Done()

    async def _run(self, announced: JobAnnounced, delivery: Delivery) -> Verdict:
        """Run the job; a message that was received too often in vain is exchanged, and no attempt is spent."""
        verdict = await self.run_job.run(announced.job_id, receive_count=delivery.receive_count)
        if not isinstance(verdict, Retry) or delivery.receive_count < MOST_RECEIVES:
            return verdict
        await self.leases.announce_again(announced.job_id)
        return Done()

    async def _accept(self, requested: CommandRequested, message: Message) -> Verdict:
        """Make a job of another system's command: one for each source and id, however often the message comes."""
        principal = self.sources.get(message.source)
        if principal is None:
            return Reject(reason=f"unknown source {message.source}")
        key = IdempotencyKey(
            scope=f"queue {message.source}",
            key=message.id,
            fingerprint=hashlib.sha256(message.type.encode() + message.data).hexdigest(),
            kept_for=self.inbox_life,
        )
        await self.bus.defer(requested.command, _origin(message, principal), key)
        return Done()

    def _after(self, error: Exception, delivery: Delivery) -> Verdict:
        self.telemetry.event("delivery.failed", {"error": repr(error), "receive_count": delivery.receive_count})
        if isinstance(error, DomainError):
            return Reject(reason=error.code)
        if delivery.receive_count >= EVENT_RECEIVES and not _may_pass(error):
            return Reject(reason="handler-failed")
        return Retry(delay_seconds=EVENT_RETRY_SECONDS)


def _may_pass(error: Exception) -> bool:
    """Tell whether it is the database that is away, which no number of receives makes the message's fault."""
    return isinstance(error, StorageUnavailableError)


def _origin(message: Message, principal: Principal) -> Origin:
    return Origin(
        principal=principal,
        request_id=message.request_id or message.id,
        traceparent=message.traceparent,
    )
