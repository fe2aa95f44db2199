"""InspectDeadLetters: look at what could not be handled."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.operations.letters import DeadLetterNotFoundError, LetterFilter, announced_job
from application.operations.permission import require_operator
from application.ports.dead_letters import DeadLetter, DeadLetterQueue
from application.ports.messages import MessageReader
from domain.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedLetter:
    """A letter, and the job that it announces if it announces one."""

    letter: DeadLetter
    job_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectDeadLetters:
    """Operators only; changes nothing."""

    queue: DeadLetterQueue
    reader: MessageReader

    async def list(self, chosen: LetterFilter, principal: Principal, *, limit: int) -> Sequence[InspectedLetter]:
        """Return up to `limit` letters; those that another operation holds just now are not among them."""
        require_operator(principal)
        found: list[InspectedLetter] = []
        async with self.queue.walk() as walk:
            async for letter in walk.letters():
                if chosen.chooses(letter):
                    found.append(InspectedLetter(letter=letter, job_id=announced_job(letter, self.reader)))
                if len(found) >= limit:
                    break
        return found

    async def show(self, letter_id: str, principal: Principal) -> InspectedLetter:
        """Return one letter; raise DeadLetterNotFoundError."""
        found = await self.list(LetterFilter(ids=frozenset({letter_id})), principal, limit=1)
        if not found:
            raise DeadLetterNotFoundError("There is no such dead letter.")
        return found[0]
