"""Operators look at, retry and cancel jobs of any owner."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from application.operations.manage_jobs import ManageJobs
from application.ports.audit import AuditAction
from application.ports.operator import JobFilter
from domain.errors import JobNotFoundError, JobTransitionError
from domain.job import JobStatus
from tests.support.builders import a_job
from tests.support.operations import OPERATOR, InMemoryOperations

JOB_ID = UUID(int=1)
ACTIONS: dict[str, Callable[[ManageJobs], Awaitable[object]]] = {
    "show job": lambda jobs: jobs.show(JOB_ID, OPERATOR.principal),
    "retry job": lambda jobs: jobs.retry(JOB_ID, OPERATOR),
    "cancel job": lambda jobs: jobs.cancel(JOB_ID, OPERATOR),
}


@pytest.fixture
def desk() -> InMemoryOperations:
    return InMemoryOperations()


def audit(desk: InMemoryOperations) -> list[tuple[AuditAction, str]]:
    return [(entry.action, entry.target) for _, entry in desk.app.tables.audit]


async def test_jobs_of_all_owners_are_shown(desk: InMemoryOperations) -> None:
    for number, owner in enumerate(("alice", "bob"), start=1):
        await desk.app.jobs.accept(a_job(number, owner=owner))
    found = await desk.operations.jobs.list(JobFilter(), OPERATOR.principal, limit=9)
    assert {job.owner for job in found} == {"alice", "bob"}
    assert await desk.operations.jobs.show(UUID(int=2), OPERATOR.principal) == a_job(2, owner="bob")


@pytest.mark.parametrize("action", ACTIONS)
async def test_unknown_job_is_not_found(action: str, desk: InMemoryOperations) -> None:
    with pytest.raises(JobNotFoundError):
        await ACTIONS[action](desk.operations.jobs)
    assert audit(desk) == []


async def test_failed_job_is_retried_by_a_new_one_of_the_same_owner(desk: InMemoryOperations) -> None:
    failed = await desk.failed_job()
    again = await desk.operations.jobs.retry(failed.id, OPERATOR)
    assert (again.command, again.origin, again.status) == (failed.command, failed.origin, JobStatus.QUEUED)
    [(_, entry)] = desk.app.tables.audit
    assert (entry.action, entry.target) == (AuditAction.JOB_RETRIED, str(failed.id))
    assert entry.detail == {"newJob": str(again.id)}


async def test_job_retried_twice_has_one_successor(desk: InMemoryOperations) -> None:
    failed = await desk.failed_job()
    first = await desk.operations.jobs.retry(failed.id, OPERATOR)
    assert (await desk.operations.jobs.retry(failed.id, OPERATOR)).id == first.id


async def test_unfinished_job_cannot_be_retried(desk: InMemoryOperations) -> None:
    await desk.app.jobs.accept(a_job())
    with pytest.raises(JobTransitionError, match="queued"):
        await desk.operations.jobs.retry(JOB_ID, OPERATOR)
    assert audit(desk) == []


async def test_waiting_job_of_anybody_is_cancelled_with_one_audit_row(desk: InMemoryOperations) -> None:
    await desk.app.jobs.accept(a_job())
    await desk.operations.jobs.cancel(JOB_ID, OPERATOR)
    assert desk.app.tables.jobs[JOB_ID].status is JobStatus.CANCELLED
    assert audit(desk) == [(AuditAction.JOB_CANCELLED, str(JOB_ID))]


async def test_refused_cancel_leaves_no_audit_row(desk: InMemoryOperations) -> None:
    failed = await desk.failed_job()
    with pytest.raises(JobTransitionError):
        await desk.operations.jobs.cancel(failed.id, OPERATOR)
    assert audit(desk) == []
