"""DiscardDeadLetters: throw away what nobody needs."""

from dataclasses import dataclass

from application.operations.letters import DeadLetterNotFoundError, LetterFilter
from application.operations.permission import require_operator
from application.ports.audit import AuditAction, AuditEntry
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetterQueue
from application.ports.unit_of_work import UnitOfWork
from domain.job import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardDeadLetters:
    """Operators only; a letter is removed only after its audit row, which keeps its reason, was committed."""

    queue: DeadLetterQueue
    unit_of_work: UnitOfWork
    clock: Clock

    async def one(self, letter_id: str, origin: Origin) -> None:
        """Discard one letter; raise DeadLetterNotFoundError."""
        if not await self.many(LetterFilter(ids=frozenset({letter_id})), origin, limit=1):
            raise DeadLetterNotFoundError("There is no such dead letter.")

    async def many(self, chosen: LetterFilter, origin: Origin, *, limit: int | None) -> int:
        """Discard up to `limit` letters (None: all that were there at the start); return how many."""
        require_operator(origin.principal)
        began = self.clock.now()
        discarded = 0
        async with self.queue.walk() as walk:
            async for letter in walk.letters():
                if letter.sent_at > began or not chosen.chooses(letter):
                    continue
                detail = {"reason": letter.reason, "origin": letter.origin.value}
                async with self.unit_of_work.begin(origin) as transaction:
                    entry = AuditEntry(action=AuditAction.LETTER_DISCARDED, target=letter.id, detail=detail)
                    await transaction.audit.record(entry)
                await walk.remove(letter)
                discarded += 1
                if discarded == limit:
                    break
        return discarded
