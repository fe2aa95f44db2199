"""What the operations on dead letters have in common: which letters are meant, and what they announce."""

from dataclasses import dataclass
from uuid import UUID

from application.ports.dead_letters import DeadLetter
from application.ports.messages import JobAnnounced, MessageReader, UnreadableMessageError
from application.ports.queue import Channel
from domain.errors import DomainError, ErrorKind


class DeadLetterNotFoundError(DomainError):
    """No such letter lies in the dead-letter queue, or another operation holds it just now."""

    code = "dead-letter-not-found"
    kind = ErrorKind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """A letter must meet every condition that is given; `reason` is how its reason begins."""

    ids: frozenset[str] = frozenset()
    reason: str | None = None
    origin: Channel | None = None

    def chooses(self, letter: DeadLetter) -> bool:
        """Tell whether the letter is meant."""
        return (
            (not self.ids or letter.id in self.ids)
            and (self.reason is None or letter.reason.startswith(self.reason))
            and (self.origin is None or letter.origin is self.origin)
        )


def announced_job(letter: DeadLetter, reader: MessageReader) -> UUID | None:
    """Return the job that the letter announces; None where it says something else, or nothing that can be read."""
    if letter.message is None:
        return None
    try:
        content = reader.read(letter.message)
    except UnreadableMessageError:
        return None
    return content.job_id if isinstance(content, JobAnnounced) else None
