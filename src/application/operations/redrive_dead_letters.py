"""RedriveDeadLetters: let what died be tried again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.operations.letters import DeadLetterNotFoundError, LetterFilter, announced_job
from application.operations.permission import require_operator
from application.operations.retry_job import RetryJob
from application.ports.audit import AuditAction, AuditEntry
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetter, DeadLetterQueue, DeadLetterWalk
from application.ports.messages import MessageReader
from application.ports.unit_of_work import UnitOfWork
from domain.job import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """What became of one letter: its body was sent again or, where its job has ended, a new job does the same."""

    letter_id: str
    job_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveDeadLetters:
    """Operators only. Invariants.

    A letter is removed only after it was sent again, or its new job was accepted, and after its audit row was
    committed: a crash in between leaves it to be redriven once more, which duplicates have to be fit for anyway.
    A run redrives nothing twice: what dies anew while it goes on is left for the next.
    """

    queue: DeadLetterQueue
    reader: MessageReader
    retry: RetryJob
    unit_of_work: UnitOfWork
    clock: Clock
    pause: Callable[[float], Awaitable[object]]

    async def one(self, letter_id: str, origin: Origin) -> Redriven:
        """Redrive one letter; raise DeadLetterNotFoundError."""
        redriven = await self.many(LetterFilter(ids=frozenset({letter_id})), origin, limit=1, per_second=1)
        if not redriven:
            raise DeadLetterNotFoundError("There is no such dead letter.")
        return redriven[0]

    async def many(
        self, chosen: LetterFilter, origin: Origin, *, limit: int | None, per_second: float
    ) -> Sequence[Redriven]:
        """Redrive up to `limit` letters (None: all) at no more than `per_second`."""
        require_operator(origin.principal)
        began = self.clock.now()
        done: dict[str, Redriven] = {}
        async with self.queue.walk() as walk:
            async for letter in walk.letters():
                if letter.sent_at > began or letter.id in done or not chosen.chooses(letter):
                    continue
                if done:
                    await self.pause(1 / per_second)
                done[letter.id] = await self._redrive(letter, walk, origin)
                if len(done) == limit:
                    break
        return list(done.values())

    async def _redrive(self, letter: DeadLetter, walk: DeadLetterWalk, origin: Origin) -> Redriven:
        announced = announced_job(letter, self.reader)
        successor = None if announced is None else await self.retry.successor(announced)
        detail = {"reason": letter.reason, "origin": letter.origin.value}
        if successor is None:
            await walk.send_again(letter)
        else:
            detail |= {"job": str(announced), "newJob": str(successor.id)}
        async with self.unit_of_work.begin(origin) as transaction:
            entry = AuditEntry(action=AuditAction.LETTER_REDRIVEN, target=letter.id, detail=detail)
            await transaction.audit.record(entry)
        await walk.remove(letter)
        return Redriven(letter_id=letter.id, job_id=successor.id if successor else None)
