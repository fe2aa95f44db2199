"""What every job store promises, whichever database is behind it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.ports.jobs import Acceptance, ClaimTerms, JobStore, Standing
from application.ports.unit_of_work import LeaseLostError, UnitOfWork
from domain.errors import IdempotencyMismatchError
from domain.job import MOST_LOST_IN_COMPANY, Failure, Job, JobStatus, Progress, Reference
from tests.support.builders import a_job, a_key, an_origin
from tests.support.fakes import FixedClock

LEASE = 60.0
LAPSED = -1.0


class JobStoreContract:
    """Subclassed once for each adapter; `jobs` and `unit_of_work` share their data."""

    jobs: JobStore
    unit_of_work: UnitOfWork
    clock = FixedClock()

    async def claimed(self, job: Job, lease_seconds: float = LEASE) -> Job:
        await self.jobs.accept(job)
        started = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=lease_seconds))
        assert isinstance(started, Job)
        return started

    async def save(self, job: Job) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(job)

    async def test_accepted_job_is_read_as_it_was(self) -> None:
        job = a_job()
        await self.jobs.accept(job)
        assert await self.jobs.get(job.id, owner="alice") == job

    async def test_foreign_job_is_as_unknown_as_a_missing_one(self) -> None:
        await self.jobs.accept(a_job())
        assert await self.jobs.get(a_job().id, owner="bob") is None
        assert await self.jobs.get(UUID(int=99), owner="alice") is None

    async def test_claim_begins_and_counts_the_attempt(self) -> None:
        started = await self.claimed(a_job())
        assert (started.status, started.attempt) == (JobStatus.RUNNING, 1)
        assert started.started_at is not None

    async def test_job_with_a_live_lease_is_held(self) -> None:
        await self.claimed(a_job())
        assert await self.jobs.claim(a_job().id, ClaimTerms(lease_seconds=LEASE)) is Standing.HELD

    async def test_lapsed_lease_lets_the_next_attempt_begin(self) -> None:
        await self.claimed(a_job(), lease_seconds=LAPSED)
        again = await self.jobs.claim(a_job().id, ClaimTerms(lease_seconds=LEASE))
        assert isinstance(again, Job)
        assert again.attempt == 2

    async def test_unknown_job_cannot_be_claimed(self) -> None:
        assert await self.jobs.claim(UUID(int=99), ClaimTerms(lease_seconds=LEASE)) is Standing.UNKNOWN

    async def test_succeeded_job_shows_its_result_and_stays_finished(self) -> None:
        started = await self.claimed(a_job())
        ended, _ = started.succeed(Reference(resource="report", id=UUID(int=7)), self.clock.now())
        await self.save(ended)
        assert await self.jobs.get(ended.id, owner="alice") == ended
        assert await self.jobs.claim(ended.id, ClaimTerms(lease_seconds=LEASE)) is Standing.FINISHED

    async def test_failed_job_shows_why(self) -> None:
        started = await self.claimed(a_job())
        ended, _ = started.fail(Failure(code="timeout", detail="Too slow.", pointer="/kind"), self.clock.now())
        await self.save(ended)
        assert await self.jobs.claim(ended.id, ClaimTerms(lease_seconds=LEASE)) is Standing.FAILED
        assert await self.jobs.get(ended.id, owner="alice") == ended

    async def test_a_reused_result_is_known_as_one(self) -> None:
        started = await self.claimed(a_job())
        earlier = Reference(resource="report", id=UUID(int=7), is_reused=True)
        ended, _ = started.succeed(earlier, self.clock.now())
        await self.save(ended)
        found = await self.jobs.get(ended.id, owner="alice")
        assert found is not None
        assert found.result == earlier

    async def test_stale_attempt_is_refused_and_changes_nothing(self) -> None:
        stale = await self.claimed(a_job(), lease_seconds=LAPSED)
        current = await self.jobs.claim(stale.id, ClaimTerms(lease_seconds=LEASE))
        ended, _ = stale.succeed(None, self.clock.now())
        with pytest.raises(LeaseLostError):
            await self.save(ended)
        assert await self.jobs.get(stale.id, owner="alice") == current

    async def test_finished_job_cannot_be_ended_again(self) -> None:
        started = await self.claimed(a_job())
        ended, _ = started.succeed(None, self.clock.now())
        await self.save(ended)
        failed, _ = started.fail(Failure(code="late", detail="Late."), self.clock.now())
        with pytest.raises(LeaseLostError):
            await self.save(failed)
        assert await self.jobs.get(started.id, owner="alice") == ended

    async def test_released_job_can_be_claimed_at_once(self) -> None:
        started = await self.claimed(a_job())
        await self.save(started.release())
        again = await self.jobs.claim(started.id, ClaimTerms(lease_seconds=LEASE))
        assert isinstance(again, Job)
        assert again.attempt == 2

    async def test_handed_back_attempt_does_not_count(self) -> None:
        started = await self.claimed(a_job(max_attempts=3))
        await self.save(started.hand_back())
        again = await self.jobs.claim(started.id, ClaimTerms(lease_seconds=LEASE))
        assert isinstance(again, Job)
        assert again.max_attempts - again.attempt == started.max_attempts - started.attempt

    async def test_progress_shows_while_the_attempt_runs(self) -> None:
        started = await self.claimed(a_job())
        await self.jobs.watch([(started, Progress(done=3, total=9))])
        shown = await self.jobs.get(started.id, owner="alice")
        assert shown is not None
        assert shown.progress == Progress(done=3, total=9)

    async def test_progress_of_a_stale_attempt_is_ignored(self) -> None:
        stale = await self.claimed(a_job(), lease_seconds=LAPSED)
        await self.jobs.claim(stale.id, ClaimTerms(lease_seconds=LEASE))
        await self.jobs.watch([(stale, Progress(done=3, total=9))])
        shown = await self.jobs.get(stale.id, owner="alice")
        assert shown is not None
        assert shown.progress is None

    async def test_wish_to_cancel_is_seen_by_the_running_attempt(self) -> None:
        started = await self.claimed(a_job())
        await self.cancel(started.id)
        assert set(await self.jobs.watch([(started, None)])) == {started.id}

    async def test_nobody_wishes_a_job_cancelled_by_watching_it(self) -> None:
        started = await self.claimed(a_job())
        assert set(await self.jobs.watch([(started, Progress(done=1, total=2))])) == set()

    async def test_waiting_job_is_cancelled_at_once(self) -> None:
        await self.jobs.accept(a_job())
        await self.cancel(a_job().id)
        shown = await self.jobs.get(a_job().id, owner="alice")
        assert shown is not None
        assert shown.status is JobStatus.CANCELLED
        assert await self.jobs.claim(shown.id, ClaimTerms(lease_seconds=LEASE)) is Standing.FINISHED

    async def test_one_owner_may_not_have_more_running_than_agreed(self) -> None:
        terms = ClaimTerms(lease_seconds=LEASE, most_of_one_owner=1)
        for number, owner in ((1, "alice"), (2, "alice"), (3, "bob")):
            await self.jobs.accept(a_job(number, owner=owner))
        assert isinstance(await self.jobs.claim(a_job(1).id, terms), Job)
        assert await self.jobs.claim(a_job(2).id, terms) is Standing.CAPPED
        assert isinstance(await self.jobs.claim(a_job(3).id, terms), Job)

    async def test_jobs_claimed_at_once_are_each_answered_for_themselves(self) -> None:
        await self.claimed(a_job(1))
        for number in (2, 3):
            await self.jobs.accept(a_job(number))
        claims = (self.jobs.claim(UUID(int=number), ClaimTerms(lease_seconds=LEASE)) for number in (1, 2, 3, 99))
        held, second, third, unknown = await asyncio.gather(*claims)
        assert (held, unknown) == (Standing.HELD, Standing.UNKNOWN)
        assert isinstance(second, Job)
        assert isinstance(third, Job)
        assert (second.id, second.attempt, third.id, third.attempt) == (UUID(int=2), 1, UUID(int=3), 1)

    async def test_jobs_claimed_at_once_are_no_more_of_one_owner_than_agreed(self) -> None:
        terms = ClaimTerms(lease_seconds=LEASE, most_of_one_owner=2)
        for number, owner in ((1, "alice"), (2, "alice"), (3, "bob"), (4, "alice")):
            await self.jobs.accept(a_job(number, owner=owner))
        answers = await asyncio.gather(*(self.jobs.claim(UUID(int=number), terms) for number in (1, 2, 3, 4)))
        begun = [answer.owner for answer in answers if isinstance(answer, Job)]
        assert sorted(begun) == ["alice", "alice", "bob"]
        assert [answer for answer in answers if not isinstance(answer, Job)] == [Standing.CAPPED]

    async def test_lapsed_attempt_does_not_count_against_its_owner(self) -> None:
        await self.claimed(a_job(1), lease_seconds=LAPSED)
        await self.jobs.accept(a_job(2))
        terms = ClaimTerms(lease_seconds=LEASE, most_of_one_owner=1)
        assert isinstance(await self.jobs.claim(a_job(2).id, terms), Job)

    async def test_attempts_lost_in_company_count_against_nobody(self) -> None:
        first = await self.claimed(a_job(), lease_seconds=LAPSED)
        second = await self.jobs.claim(first.id, ClaimTerms(lease_seconds=LEASE))
        assert isinstance(second, Job)
        assert (second.lost_in_company, second.max_attempts) == (1, first.max_attempts + 1)

    async def test_job_that_lost_its_workers_begins_only_where_nothing_else_runs(self) -> None:
        job = await self.claimed(a_job(), lease_seconds=LAPSED)
        for _ in range(MOST_LOST_IN_COMPANY - 1):
            assert isinstance(await self.jobs.claim(job.id, ClaimTerms(lease_seconds=LAPSED)), Job)
        assert await self.jobs.claim(job.id, ClaimTerms(lease_seconds=LAPSED)) is Standing.SUSPECT
        alone = ClaimTerms(lease_seconds=LAPSED, is_alone=True)
        first = await self.jobs.claim(job.id, alone)
        second = await self.jobs.claim(job.id, alone)
        assert isinstance(first, Job)
        assert isinstance(second, Job)
        assert first.runs_alone
        assert second.max_attempts == first.max_attempts == job.max_attempts + MOST_LOST_IN_COMPANY

    async def test_job_that_lost_its_workers_goes_on_alone_after_a_retry(self) -> None:
        job = await self.claimed(a_job(), lease_seconds=LAPSED)
        for _ in range(MOST_LOST_IN_COMPANY):
            begun = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=LAPSED, is_alone=True))
        assert isinstance(begun, Job)
        await self.save(begun.release())
        assert await self.jobs.claim(job.id, ClaimTerms(lease_seconds=LEASE)) is Standing.SUSPECT

    async def test_job_past_its_deadline_is_late(self) -> None:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        await self.jobs.accept(replace(a_job(), deadline_at=long_ago))
        assert await self.jobs.claim(a_job().id, ClaimTerms(lease_seconds=LEASE)) is Standing.LATE

    async def test_same_key_gives_the_same_job(self) -> None:
        first = await self.jobs.accept(a_job(1), a_key())
        second = await self.jobs.accept(a_job(2), a_key())
        assert not first.is_replay
        assert second == Acceptance(job=a_job(1), is_replay=True)
        assert await self.jobs.get(a_job(2).id, owner="alice") is None

    async def test_same_key_for_another_request_is_refused(self) -> None:
        await self.jobs.accept(a_job(1), a_key())
        with pytest.raises(IdempotencyMismatchError):
            await self.jobs.accept(a_job(2), a_key(fingerprint="other"))

    async def test_key_is_scoped_to_its_caller_and_route(self) -> None:
        await self.jobs.accept(a_job(1), a_key(scope="alice POST /a"))
        second = await self.jobs.accept(a_job(2), a_key(scope="bob POST /a"))
        assert not second.is_replay

    async def cancel(self, job_id: UUID) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            job = await transaction.jobs.lock(job_id)
            assert job is not None
            changed, _ = job.cancel(self.clock.now())
            await transaction.jobs.change(changed)
