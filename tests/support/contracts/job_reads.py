"""What every reading of one's own jobs promises."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from application.ports.job_reads import JobReads, Position
from application.ports.jobs import ClaimTerms, JobStore, JobUpkeep
from application.ports.unit_of_work import UnitOfWork
from domain.job import Job, JobStatus, Reference
from domain.report import RecipeSelection, Report, ReportKind
from tests.support.builders import a_job, an_origin
from tests.support.fakes import FixedClock


class JobReadsContract:
    """Subclassed once for each adapter; all parts share their data."""

    jobs: JobStore
    reads: JobReads
    upkeep: JobUpkeep
    unit_of_work: UnitOfWork
    clock = FixedClock()

    async def three(self) -> list[Job]:
        """Store three of alice's, two of them of the same instant, and one of bob's; return hers newest first."""
        mine = [
            replace(a_job(number), created_at=a_job().created_at + timedelta(microseconds=number // 2))
            for number in (1, 2, 3)
        ]
        for job in [*mine, a_job(4, owner="bob")]:
            await self.jobs.accept(job)
        return mine[::-1]

    async def ended(self, job: Job, *, seconds: float, report_id: UUID | None = None) -> Job:
        """Store a job that ran for so long and came to a report."""
        await self.jobs.accept(job)
        started = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
        assert isinstance(started, Job)
        assert started.started_at is not None
        result = Reference(resource="report", id=report_id or UUID(int=job.id.int + 1_000))
        ended, _ = started.succeed(result, started.started_at + timedelta(seconds=seconds))
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(ended)
        return ended

    async def test_own_jobs_come_newest_first(self) -> None:
        mine = await self.three()
        assert list(await self.reads.page(owner="alice", status=None, after=None, limit=9)) == mine

    async def test_a_page_goes_on_after_a_position(self) -> None:
        newest, *rest = await self.three()
        after = Position(at=newest.created_at, id=newest.id)
        assert list(await self.reads.page(owner="alice", status=None, after=after, limit=9)) == rest
        assert list(await self.reads.page(owner="alice", status=None, after=after, limit=1)) == rest[:1]

    async def test_a_page_holds_one_status_only(self) -> None:
        mine = await self.three()
        running = await self.jobs.claim(mine[1].id, ClaimTerms(lease_seconds=60))
        page = await self.reads.page(owner="alice", status=JobStatus.RUNNING, after=None, limit=9)
        assert list(page) == [running]

    async def test_what_has_expired_is_known_to_its_owner_only(self) -> None:
        ended = await self.ended(a_job(), seconds=0)
        assert not await self.reads.is_expired(ended.id, owner="alice")
        assert await self.upkeep.expire(older_than=timedelta(seconds=-3_600), limit=10) == 1
        assert await self.reads.is_expired(ended.id, owner="alice")
        assert not await self.reads.is_expired(ended.id, owner="bob")
        assert not await self.reads.is_expired(UUID(int=99), owner="alice")

    async def test_a_report_expires_with_the_last_job_that_came_to_it(self) -> None:
        """The same question over unchanged recipes is answered with the same report, a month later too."""
        report = Report(
            id=UUID(int=7),
            kind=ReportKind.NUTRITION_SUMMARY,
            owner="alice",
            parameters=RecipeSelection(),
            snapshot="sha256:0",
            content={"coverage": {}, "summary": {}, "rows": []},
            created_at=self.clock.now(),
        )
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.reports.add(report)
        for number in (1, 2):
            await self.ended(a_job(number), seconds=0, report_id=report.id)
        assert await self.upkeep.expire(older_than=timedelta(seconds=-3_600), limit=1) == 1
        assert not await self.reads.is_expired(report.id, owner="alice")
        assert await self.upkeep.expire(older_than=timedelta(seconds=-3_600), limit=1) == 1
        assert await self.reads.is_expired(report.id, owner="alice")

    async def test_durations_are_the_middle_ones_of_each_kind(self) -> None:
        for number, seconds in ((1, 1.0), (2, 2.0), (3, 60.0)):
            await self.ended(a_job(number), seconds=seconds)
        await self.jobs.accept(a_job(4))
        assert await self.reads.durations() == {"generate-report": 2.0}
