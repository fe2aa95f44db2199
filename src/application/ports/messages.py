"""What a received message asks for."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.ports.queue import Message
from domain.commands import Command
from domain.events import Event


class UnreadableMessageError(Exception):
    """The message asks for nothing that is known here; the text is the reason, fit for a dead letter."""


@dataclass(frozen=True, slots=True)
class JobAnnounced:
    """A job waits to be run."""

    job_id: UUID


@dataclass(frozen=True, slots=True)
class CommandRequested:
    """Another system asks for a command; whether it may is decided by its source."""

    command: Command


class MessageReader(Protocol):
    """Understands messages, those of other systems too."""

    def read(self, message: Message) -> JobAnnounced | CommandRequested | Event:
        """Return what the message says; raise UnreadableMessageError, and nothing else, when it says nothing known."""
