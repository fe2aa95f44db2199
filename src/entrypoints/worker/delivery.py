"""One delivery, from what arrived to a verdict."""

from dataclasses import dataclass

from application.bus import Bus
from application.ports.messages import JobAnnounced, MessageReader, UnreadableMessageError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHandler:
    """Gives jobs to RunJob and events to their handlers; whatever happens ends as a verdict."""

    run_job: RunJob
    bus: Bus
    reader: MessageReader
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
                    return await self.run_job.run(content.job_id)
                origin = _origin(message)
                await self.bus.tell(content, origin)
            except Exception as error:  # noqa: BLE001 (a storage that is away, or a handler's fault: the message comes again)
                work.fail(error)
                return self._after(error, delivery)
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


def _origin(message: Message) -> Origin:
    return Origin(
        principal=Principal(subject=message.group),
        request_id=message.request_id or message.id,
        traceparent=message.traceparent,
    )
