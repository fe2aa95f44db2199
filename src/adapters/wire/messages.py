"""What Kondate itself puts on the queue: a job to run, or an event that happened."""

from uuid import UUID

import msgspec

from adapters.wire.codec import MessageTypes, encode
from application.dispatch import kind_of
from application.ports.messages import CommandRequested, JobAnnounced, MessageReader, UnreadableMessageError
from application.ports.queue import Message
from domain.errors import DomainError
from domain.events import Event
from domain.job import Job, Origin

SOURCE = "/kondate"
"""The CloudEvents source of our own messages; any other source is another system."""

JOB_TYPE = "org.kondate.job.v1"
EVENT_PREFIX = "org.kondate.event."
COMMAND_PREFIX = "org.kondate.command."
VERSION_SUFFIX = ".v1"


def job_message(job: Job) -> Message:
    """Announce a job by its id alone: what is to be done is read from the database."""
    return Message(
        id=str(job.id),
        type=JOB_TYPE,
        source=SOURCE,
        subject=str(job.id),
        time=job.created_at,
        data=encode({"jobId": str(job.id)}),
        group=job.owner,
        request_id=job.origin.request_id,
        traceparent=job.origin.traceparent,
    )


def event_message(event_id: UUID, event: Event, origin: Origin) -> Message:
    """Publish an event, under the request and trace that caused it."""
    return Message(
        id=str(event_id),
        type=f"{EVENT_PREFIX}{kind_of(type(event))}{VERSION_SUFFIX}",
        source=SOURCE,
        subject=str(_subject(event)),
        time=event.at,
        data=encode(event),
        group=event.owner,
        request_id=origin.request_id,
        traceparent=origin.traceparent,
    )


def _subject(event: Event) -> UUID:
    identifier: UUID = next(getattr(event, name) for name in event.__slots__ if name.endswith("_id"))
    return identifier


class WireMessageReader:
    """Understands received messages by their CloudEvents type."""

    def __init__(self, types: MessageTypes) -> None:
        """Take the known commands and events."""
        self._types = types

    def read(self, message: Message) -> JobAnnounced | CommandRequested | Event:
        """Return the job, the event or the command that a message names."""
        is_ours = message.type == JOB_TYPE or message.type.startswith(EVENT_PREFIX)
        if is_ours and message.source != SOURCE:
            raise UnreadableMessageError(f"{message.type} comes from {SOURCE} only, not from {message.source}")
        try:
            if message.type == JOB_TYPE:
                return JobAnnounced(msgspec.json.decode(message.data, type=JobData).job_id)
            if message.type.startswith(EVENT_PREFIX) and message.type.endswith(VERSION_SUFFIX):
                kind = message.type.removeprefix(EVENT_PREFIX).removesuffix(VERSION_SUFFIX)
                return self._types.event(kind, message.data)
            if message.type.startswith(COMMAND_PREFIX) and message.type.endswith(VERSION_SUFFIX):
                kind = message.type.removeprefix(COMMAND_PREFIX).removesuffix(VERSION_SUFFIX)
                return CommandRequested(self._types.foreign_command(kind, message.data))
        except (ValueError, DomainError) as error:
            raise UnreadableMessageError(f"{message.type}: {error}") from error
        raise UnreadableMessageError(f"unknown message type {message.type}")


class JobData(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What the announcement of a job says."""

    job_id: UUID


_: type[MessageReader] = WireMessageReader
