"""What operators may do, what becomes of it, and what it leaves behind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.operations.letters import DeadLetterNotFoundError, LetterFilter
from application.operations.operations import Operations
from application.ports.audit import AuditAction
from application.ports.dead_letters import DeadLetter, DeadLetterQueue, DeadLetterWalk
from application.ports.operator import JobFilter
from application.ports.queue import Channel, QueueUnavailableError
from domain.errors import ForbiddenError
from domain.job import JobStatus, Origin
from tests.support.builders import a_job, an_origin
from tests.support.contracts.queue import MESSAGE
from tests.support.operations import OPERATOR, InMemoryOperations

ALL = LetterFilter()
JOB_ID = UUID(int=1)
ACTIONS: dict[str, Callable[[Operations, Origin], Awaitable[object]]] = {
    "list letters": lambda o, origin: o.inspect.list(ALL, origin.principal, limit=9),
    "show letter": lambda o, origin: o.inspect.show("x", origin.principal),
    "redrive one": lambda o, origin: o.redrive.one("x", origin),
    "redrive many": lambda o, origin: o.redrive.many(ALL, origin, limit=None, per_second=1),
    "discard one": lambda o, origin: o.discard.one("x", origin),
    "purge": lambda o, origin: o.discard.many(ALL, origin, limit=None),
    "list jobs": lambda o, origin: o.jobs.list(JobFilter(), origin.principal, limit=9),
    "show job": lambda o, origin: o.jobs.show(JOB_ID, origin.principal),
    "retry job": lambda o, origin: o.jobs.retry(JOB_ID, origin),
    "cancel job": lambda o, origin: o.jobs.cancel(JOB_ID, origin),
}


@dataclass
class DyingWalk:
    """Sends, but dies before it removes."""

    walk: DeadLetterWalk

    def letters(self) -> AsyncIterator[DeadLetter]:
        return self.walk.letters()

    async def send_again(self, letter: DeadLetter) -> None:
        await self.walk.send_again(letter)

    async def remove(self, letter: DeadLetter) -> None:
        raise QueueUnavailableError(letter.id)


@dataclass
class DyingQueue:
    """A dead-letter queue that goes away at the worst moment."""

    queue: DeadLetterQueue

    @asynccontextmanager
    async def walk(self) -> AsyncIterator[DeadLetterWalk]:
        async with self.queue.walk() as walk:
            yield DyingWalk(walk)


@pytest.fixture
def desk() -> InMemoryOperations:
    return InMemoryOperations()


async def redriven_all(desk: InMemoryOperations) -> int:
    return len(await desk.operations.redrive.many(ALL, OPERATOR, limit=None, per_second=10))


def audit(desk: InMemoryOperations) -> list[tuple[AuditAction, str]]:
    return [(entry.action, entry.target) for _, entry in desk.app.tables.audit]


@pytest.mark.parametrize("action", ACTIONS)
async def test_nobody_but_an_operator_may_do_anything(action: str, desk: InMemoryOperations) -> None:
    await desk.failed_job()
    with pytest.raises(ForbiddenError, match="operator"):
        await ACTIONS[action](desk.operations, an_origin())
    assert len(desk.queue.dead) == 1
    assert audit(desk) == []


async def test_letter_names_the_job_it_announces(desk: InMemoryOperations) -> None:
    job = await desk.failed_job()
    (found,) = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=9)
    assert (found.job_id, found.letter.reason) == (job.id, "timeout")


async def test_foreign_letter_names_no_job(desk: InMemoryOperations) -> None:
    await desk.queue.publish(Channel.EVENTS, [replace(MESSAGE, type="com.example.unknown")])
    (delivery,) = await desk.queue.receive(Channel.EVENTS, limit=1, wait_seconds=0)
    await desk.queue.reject(delivery, reason="unknown message type")
    (found,) = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=9)
    assert found.job_id is None


@pytest.mark.parametrize(
    ("chosen", "reasons"),
    [
        (ALL, {"not JSON", "timeout"}),
        (LetterFilter(reason="time"), {"timeout"}),
        (LetterFilter(origin=Channel.COMMANDS), {"not JSON", "timeout"}),
        (LetterFilter(origin=Channel.EVENTS), set()),
        (LetterFilter(ids=frozenset({"another"})), set()),
    ],
)
async def test_filter_chooses_letters_that_meet_every_condition(
    chosen: LetterFilter, reasons: set[str], desk: InMemoryOperations
) -> None:
    await desk.malformed_letters("{")
    await desk.failed_job()
    found = await desk.operations.inspect.list(chosen, OPERATOR.principal, limit=9)
    assert {each.letter.reason for each in found} == reasons


async def test_no_more_letters_are_shown_than_asked_for(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2", "3")
    assert len(await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=2)) == 2


async def test_letter_is_shown_by_its_id(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2")
    listed = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=9)
    assert await desk.operations.inspect.show(listed[1].letter.id, OPERATOR.principal) == listed[1]


@pytest.mark.parametrize("action", ["show letter", "redrive one", "discard one"])
async def test_unknown_letter_is_not_found(action: str, desk: InMemoryOperations) -> None:
    with pytest.raises(DeadLetterNotFoundError):
        await ACTIONS[action](desk.operations, OPERATOR)
    assert audit(desk) == []


async def test_letter_of_a_failed_job_becomes_a_new_job(desk: InMemoryOperations) -> None:
    failed = await desk.failed_job()
    (done,) = await desk.operations.redrive.many(ALL, OPERATOR, limit=None, per_second=10)
    assert done.job_id is not None
    again = desk.app.tables.jobs[done.job_id]
    assert (again.command, again.origin, again.status) == (failed.command, failed.origin, JobStatus.QUEUED)
    assert desk.app.tables.jobs[failed.id] == failed
    assert desk.queue.dead == []


async def test_letter_of_an_unfinished_job_is_sent_again(desk: InMemoryOperations) -> None:
    await desk.app.jobs.accept(a_job())
    await desk.letter_of(a_job())
    (done,) = await desk.operations.redrive.many(ALL, OPERATOR, limit=None, per_second=10)
    assert done.job_id is None
    assert len(desk.app.tables.jobs) == 1
    assert await desk.queue.backlog(Channel.COMMANDS) == 1


async def test_malformed_letter_is_sent_again_as_it_was(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("{")
    assert await redriven_all(desk) == 1
    (delivery,) = await desk.queue.receive(Channel.COMMANDS, limit=9, wait_seconds=0)
    assert (delivery.body, delivery.message) == ("{", None)


async def test_letter_is_redriven_by_its_id_alone(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2")
    (first, second) = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=9)
    done = await desk.operations.redrive.one(second.letter.id, OPERATOR)
    assert done.letter_id == second.letter.id
    assert [dead.body for dead in desk.queue.dead] == [first.letter.body]


async def test_run_keeps_to_its_rate_and_limit(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2", "3", "4")
    await desk.operations.redrive.many(ALL, OPERATOR, limit=3, per_second=4)
    assert desk.pauses == [0.25, 0.25]
    assert len(desk.queue.dead) == 1


async def test_run_leaves_alone_what_dies_anew_while_it_goes_on(desk: InMemoryOperations) -> None:
    """A poison message sent again is rejected again at once: without an end the run would feed itself."""
    await desk.malformed_letters("poison")
    other = replace(desk.queue.dead[0], body="younger", rejected_at=desk.app.clock.now() + timedelta(seconds=1))
    desk.queue.dead += [replace(desk.queue.dead[0]), other]
    assert await redriven_all(desk) == 1
    assert {dead.body for dead in desk.queue.dead} == {"poison", "younger"}


async def test_crash_before_the_removal_doubles_nothing_but_the_audit_row(desk: InMemoryOperations) -> None:
    failed = await desk.failed_job()
    dying = desk.over(DyingQueue(desk.letters))
    with pytest.raises(QueueUnavailableError):
        await dying.redrive.many(ALL, OPERATOR, limit=None, per_second=10)
    assert len(desk.queue.dead) == 1
    await redriven_all(desk)
    assert len(desk.app.tables.jobs) == 2, "the failed job has one successor"
    assert failed.id in desk.app.tables.jobs
    assert desk.queue.dead == []


async def test_each_redriven_letter_leaves_one_audit_row(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2")
    done = await desk.operations.redrive.many(ALL, OPERATOR, limit=None, per_second=10)
    assert audit(desk) == [(AuditAction.LETTER_REDRIVEN, each.letter_id) for each in done]
    [(origin, entry), _] = desk.app.tables.audit
    assert origin == OPERATOR
    assert entry.detail == {"reason": "not JSON", "origin": "commands"}


async def test_purge_discards_what_the_filter_chooses_with_one_audit_row_each(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2")
    await desk.failed_job()
    assert await desk.operations.discard.many(LetterFilter(reason="not JSON"), OPERATOR, limit=None) == 2
    assert [dead.reason for dead in desk.queue.dead] == ["timeout"]
    assert [action for action, _ in audit(desk)] == [AuditAction.LETTER_DISCARDED] * 2


async def test_purge_stops_at_its_limit(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2", "3")
    assert await desk.operations.discard.many(ALL, OPERATOR, limit=2) == 2
    assert len(desk.queue.dead) == 1


async def test_one_letter_is_discarded_by_its_id(desk: InMemoryOperations) -> None:
    await desk.malformed_letters("1", "2")
    (first, second) = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=9)
    await desk.operations.discard.one(first.letter.id, OPERATOR)
    assert [dead.body for dead in desk.queue.dead] == [second.letter.body]
    assert audit(desk) == [(AuditAction.LETTER_DISCARDED, first.letter.id)]
