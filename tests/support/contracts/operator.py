"""What operators' storage promises: jobs of all owners, and a trail of what was done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.ports.audit import AuditAction, AuditEntry
from application.ports.jobs import ClaimTerms, JobStore
from application.ports.operator import JobFilter, OperatorJobs
from application.ports.unit_of_work import UnitOfWork
from domain.job import Job, JobStatus
from tests.support.builders import a_job
from tests.support.operations import OPERATOR

ENTRY = AuditEntry(
    action=AuditAction.LETTER_REDRIVEN, target="letter-1", detail={"reason": "a \0 in it", "origin": "commands"}
)
ALL = JobFilter()


class OperatorContract:
    """Subclassed once for each database; `audited` returns actor, request id, action, target and detail of each row."""

    jobs: JobStore
    operator_jobs: OperatorJobs
    unit_of_work: UnitOfWork
    audited: Callable[[], Awaitable[Sequence[tuple[str, str, AuditEntry]]]]

    async def three_jobs(self) -> list[Job]:
        """Store jobs of two owners, the first of them running; return them newest first."""
        stored = [
            replace(a_job(number, owner=owner), created_at=a_job().created_at + timedelta(seconds=number))
            for number, owner in enumerate(("alice", "bob", "alice"), start=1)
        ]
        for job in stored:
            await self.jobs.accept(job)
        running = await self.jobs.claim(stored[0].id, ClaimTerms(lease_seconds=60))
        assert isinstance(running, Job)
        return [stored[2], stored[1], running]

    async def test_jobs_of_all_owners_come_newest_first(self) -> None:
        stored = await self.three_jobs()
        assert list(await self.operator_jobs.newest(ALL, limit=9)) == stored

    async def test_no_more_jobs_come_than_were_asked_for(self) -> None:
        newest, *_ = await self.three_jobs()
        assert list(await self.operator_jobs.newest(ALL, limit=1)) == [newest]

    async def test_each_condition_narrows_the_list(self) -> None:
        third, second, first = await self.three_jobs()
        found = [
            list(await self.operator_jobs.newest(chosen, limit=9))
            for chosen in (
                JobFilter(owner="alice"),
                JobFilter(status=JobStatus.QUEUED),
                JobFilter(owner="alice", status=JobStatus.QUEUED),
                JobFilter(kind="generate-report", owner="bob"),
                JobFilter(kind="add-recipe"),
            )
        ]
        assert found == [[third, first], [third, second], [third], [second], []]

    async def test_job_is_found_whoever_owns_it(self) -> None:
        _, of_bob, _ = await self.three_jobs()
        assert await self.operator_jobs.find(of_bob.id) == of_bob
        assert await self.operator_jobs.find(UUID(int=99)) is None

    async def test_audit_row_says_who_did_what_under_which_request(self) -> None:
        async with self.unit_of_work.begin(OPERATOR) as transaction:
            await transaction.audit.record(ENTRY)
        assert list(await self.audited()) == [("olga", "operator-request-0001", ENTRY)]

    async def test_audit_row_goes_with_its_transaction(self) -> None:
        with pytest.raises(RuntimeError, match="no"):
            async with self.unit_of_work.begin(OPERATOR) as transaction:
                await transaction.audit.record(ENTRY)
                raise RuntimeError("no")
        assert list(await self.audited()) == []
