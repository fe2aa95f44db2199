"""What keeps jobs alive, announced and few, whichever database is behind it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from application.ports.idempotency import Outcome
from application.ports.jobs import ClaimTerms, JobLeases, JobStore, JobUpkeep, Standing
from application.ports.outbox import OutboxStore
from application.ports.queue import Channel
from application.ports.unit_of_work import UnitOfWork
from domain.job import Job
from tests.support.builders import a_job, a_key, an_origin
from tests.support.fakes import FixedClock

LONG_AGO = -1_000.0
"""A bound so far in the future that everything is older: no test waits."""


class UpkeepContract:
    """Subclassed once for each adapter; all parts share their data."""

    jobs: JobStore
    leases: JobLeases
    upkeep: JobUpkeep
    outbox: OutboxStore
    unit_of_work: UnitOfWork
    clock = FixedClock()

    async def pass_time(self, seconds: float) -> None:
        """Let it be later for an adapter with our clock as for one with its own."""
        self.clock.advance(seconds)
        await asyncio.sleep(seconds)

    async def sent(self) -> list[str]:
        async with self.outbox.claim(100) as batch:
            messages = batch.messages.get(Channel.COMMANDS, ())
            await batch.mark_sent([message.id for message in messages])
        return [message.id for message in messages]

    async def started(self, job: Job, lease_seconds: float = 60) -> Job:
        await self.jobs.accept(job)
        started = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=lease_seconds))
        assert isinstance(started, Job)
        return started

    async def finished(self, job: Job) -> None:
        ended, _ = (await self.started(job)).succeed(None, self.clock.now())
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(ended)

    async def test_renewed_lease_keeps_others_away(self) -> None:
        job = await self.started(a_job(), lease_seconds=-1)
        assert set(await self.leases.renew([job], lease_seconds=60)) == {job.id}
        assert await self.jobs.claim(job.id, ClaimTerms(lease_seconds=60)) is Standing.HELD

    async def test_stale_attempt_cannot_renew(self) -> None:
        stale = await self.started(a_job(), lease_seconds=-1)
        await self.jobs.claim(stale.id, ClaimTerms(lease_seconds=60))
        assert set(await self.leases.renew([stale], lease_seconds=60)) == set()

    async def test_forgotten_job_is_announced_again_under_another_message_id(self) -> None:
        await self.jobs.accept(a_job())
        first = await self.sent()
        assert await self.upkeep.announce_stale(after_seconds=LONG_AGO, limit=10, are_missing=False) == 1
        second = await self.sent()
        assert len(second) == 1
        assert second != first

    async def test_job_whose_message_is_still_in_the_outbox_is_not_announced_again(self) -> None:
        await self.jobs.accept(a_job())
        assert await self.upkeep.announce_stale(after_seconds=LONG_AGO, limit=10, are_missing=False) == 0

    async def test_fresh_job_is_not_announced_again(self) -> None:
        await self.jobs.accept(a_job())
        await self.sent()
        assert await self.upkeep.announce_stale(after_seconds=60, limit=10, are_missing=False) == 0

    async def test_the_bound_doubles_each_time_but_where_messages_are_missing(self) -> None:
        await self.jobs.accept(a_job())
        await self.sent()
        for _ in range(6):
            assert await self.upkeep.announce_stale(after_seconds=LONG_AGO, limit=10, are_missing=False) == 1
            await self.sent()
        assert await self.upkeep.announce_stale(after_seconds=0.01, limit=10, are_missing=False) == 0
        await self.pass_time(0.02)
        assert await self.upkeep.announce_stale(after_seconds=0.01, limit=10, are_missing=True) == 1

    async def test_the_bound_does_not_double_for_a_job_that_has_begun(self) -> None:
        await self.started(a_job(), lease_seconds=-1)
        await self.sent()
        for _ in range(6):
            assert await self.upkeep.announce_stale(after_seconds=LONG_AGO, limit=10, are_missing=False) == 1
            await self.sent()
        await self.pass_time(0.02)
        assert await self.upkeep.announce_stale(after_seconds=0.01, limit=10, are_missing=False) == 1

    async def test_abandoned_attempt_is_announced_again_and_a_live_one_is_not(self) -> None:
        await self.started(a_job(1), lease_seconds=-1)
        await self.started(a_job(2), lease_seconds=60)
        await self.sent()
        assert await self.upkeep.announce_stale(after_seconds=-30, limit=10, are_missing=False) == 1
        [message_id] = await self.sent()
        assert message_id.startswith(str(a_job(1).id))

    async def test_finished_job_is_never_announced_again(self) -> None:
        await self.finished(a_job())
        await self.sent()
        assert await self.upkeep.announce_stale(after_seconds=LONG_AGO, limit=10, are_missing=False) == 0

    async def test_unfinished_job_can_be_announced_on_demand(self) -> None:
        job = await self.started(a_job())
        await self.sent()
        await self.leases.announce_again(job.id)
        assert len(await self.sent()) == 1

    async def test_old_finished_jobs_go_in_batches_with_their_keys(self) -> None:
        await self.jobs.accept(a_job(9), a_key())
        for number in (1, 2, 3):
            await self.finished(a_job(number))
        assert await self.upkeep.expire(older_than=timedelta(days=-10_000), limit=2) == 2
        assert await self.upkeep.expire(older_than=timedelta(days=-10_000), limit=2) == 1
        assert await self.jobs.get(a_job(1).id, owner="alice") is None
        assert await self.jobs.get(a_job(9).id, owner="alice") is not None

    async def test_recently_finished_job_stays(self) -> None:
        await self.finished(a_job())
        assert await self.upkeep.expire(older_than=timedelta(days=36_500), limit=10) == 0

    async def test_key_within_its_time_stays(self) -> None:
        await self.jobs.accept(a_job(), a_key())
        assert await self.upkeep.expire_keys(limit=10) == 0

    async def test_keys_are_kept_for_as_long_as_each_of_them_asks(self) -> None:
        for number, hours in ((1, -1), (2, 1)):
            await self.jobs.accept(a_job(number), replace(a_key(f"job-{number}"), kept_for=timedelta(hours=hours)))
            async with self.unit_of_work.begin(an_origin()) as transaction:
                kept = replace(a_key(f"done-{number}"), kept_for=timedelta(hours=hours))
                await transaction.idempotency.claim(kept)
                await transaction.idempotency.keep(kept, Outcome())
        assert await self.upkeep.expire_keys(limit=10) == 2
        assert (await self.jobs.accept(a_job(3), a_key("job-2"))).is_replay
        assert not (await self.jobs.accept(a_job(4), a_key("job-1"))).is_replay

    async def test_backlog_counts_what_waits(self) -> None:
        assert (await self.upkeep.backlog()).queued == 0
        await self.jobs.accept(a_job(1))
        await self.started(a_job(2))
        assert (await self.upkeep.backlog()).queued == 1
