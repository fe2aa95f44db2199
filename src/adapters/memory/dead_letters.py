"""The dead-letter queue within one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.memory.queue import InMemoryQueue
from application.ports.dead_letters import DeadLetter, DeadLetterQueue, DeadLetterWalk, letter_id


@dataclass(slots=True)
class InMemoryDeadLetters:
    """What an in-memory queue has rejected; walks share what they hold."""

    queue: InMemoryQueue
    held: set[str] = field(default_factory=set, init=False)

    @asynccontextmanager
    async def walk(self) -> AsyncIterator[DeadLetterWalk]:
        """Hold each letter that is met until the block ends."""
        walk = InMemoryWalk(self)
        try:
            yield walk
        finally:
            self.held -= walk.met


@dataclass(slots=True)
class InMemoryWalk:
    """One walk."""

    letter_box: InMemoryDeadLetters
    met: set[str] = field(default_factory=set, init=False)

    async def letters(self) -> AsyncIterator[DeadLetter]:
        """Meet the letters that nobody holds, new ones too, as a queue that is received from would."""
        while letter := next((each for each in self._all() if each.handle not in self.letter_box.held), None):
            self.letter_box.held.add(letter.handle)
            self.met.add(letter.handle)
            yield letter

    async def send_again(self, letter: DeadLetter) -> None:
        """Put it back on its queue."""
        queue = self.letter_box.queue
        if letter.message is None:
            await queue.publish_foreign(letter.origin, letter.body, defect=letter.reason)
        else:
            await queue.publish(letter.origin, [letter.message])

    async def remove(self, letter: DeadLetter) -> None:
        """Forget it."""
        dead = self.letter_box.queue.dead
        dead[:] = [each for each in dead if str(id(each)) != letter.handle]

    def _all(self) -> list[DeadLetter]:
        return [
            DeadLetter(
                id=letter_id(dead.message, dead.body),
                handle=str(id(dead)),
                origin=dead.origin,
                reason=dead.reason,
                body=dead.body,
                message=dead.message,
                sent_at=dead.rejected_at,
            )
            for dead in self.letter_box.queue.dead
        ]


_: type[DeadLetterQueue] = InMemoryDeadLetters
