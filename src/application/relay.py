"""The relay's one step: claim unsent messages, publish them, mark what was sent. No loop, no sleep.

Invariants: a message is marked only after the queue took it (a crash between the two sends it
twice, never not at all); one that the queue refuses steps back behind the others; rows of one
relay are invisible to the others while it holds them.
"""

from dataclasses import dataclass

from application.ports.outbox import OutboxStore
from application.ports.queue import Channel, Message, MessagePublisher, SendReport
from application.ports.telemetry import Fields, Telemetry, Tracer

MOST_MESSAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Moves messages from the outbox to the queue; any number of relays may run."""

    store: OutboxStore
    publisher: MessagePublisher
    telemetry: Telemetry
    tracer: Tracer

    async def once(self) -> int:
        """Publish one batch and return how many messages went out.

        Raises StorageUnavailableError or QueueUnavailableError; what was not marked goes out again.
        """
        sent = 0
        async with self.store.claim(MOST_MESSAGES) as batch:
            for channel, messages in batch.messages.items():
                with self.tracer.sending(channel.value, [message.traceparent for message in messages]):
                    report = await self.publisher.publish(channel, messages)
                await batch.mark_sent(report.sent)
                if report.failed:
                    await batch.step_back(report.failed)
                for message in messages:
                    outcome = "sent" if message.id in report.sent else "refused"
                    self.telemetry.event(f"message.{outcome}", _told(message))
                self._count(channel, report)
                sent += len(report.sent)
        return sent

    def _count(self, channel: Channel, report: SendReport) -> None:
        for outcome, amount in (("sent", len(report.sent)), ("failed", len(report.failed))):
            if amount:
                self.telemetry.count("relay_messages", amount, {"channel": channel.value, "outcome": outcome})


def _told(message: Message) -> Fields:
    # A relay serves many requests at once, so each line names its own.
    _, _, rest = (message.traceparent or "").partition("-")
    trace_id, _, _ = rest.partition("-")
    return {
        "message_id": message.id,
        "type": message.type,
        "request_id": message.request_id or "",
        "trace_id": trace_id,
    }
