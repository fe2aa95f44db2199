"""What every outbox promises its relays."""

import asyncio

import pytest

from application.ports.jobs import ClaimTerms, JobLeases, JobStore
from application.ports.outbox import OutboxStore
from application.ports.queue import Channel
from tests.support.builders import a_job


class RelayDiedError(Exception):
    """Raised inside a claim, as a crash would end it."""


class OutboxContract:
    """Subclassed once for each adapter; `jobs` writes into the same outbox."""

    jobs: JobStore
    leases: JobLeases
    outbox: OutboxStore
    narrow: OutboxStore
    """The same, where two jobs of one caller crowd the queue."""

    async def waiting(self) -> list[str]:
        async with self.outbox.claim(100) as batch:
            return [message.id for message in batch.messages.get(Channel.COMMANDS, ())]

    async def test_accepted_job_is_announced_oldest_first(self) -> None:
        for number in (1, 2, 3):
            await self.jobs.accept(a_job(number))
        assert await self.waiting() == [str(a_job(number).id) for number in (1, 2, 3)]

    async def test_sent_message_is_not_claimed_again(self) -> None:
        for number in (1, 2):
            await self.jobs.accept(a_job(number))
        async with self.outbox.claim(100) as batch:
            await batch.mark_sent([str(a_job(1).id)])
        assert await self.waiting() == [str(a_job(2).id)]

    async def test_crash_between_send_and_mark_leaves_the_message(self) -> None:
        await self.jobs.accept(a_job(1))
        with pytest.raises(RelayDiedError):
            async with self.outbox.claim(100) as batch:
                await batch.mark_sent([str(a_job(1).id)])
                raise RelayDiedError
        assert await self.waiting() == [str(a_job(1).id)]

    async def test_two_relays_never_hold_the_same_message(self) -> None:
        for number in (1, 2):
            await self.jobs.accept(a_job(number))
        async with self.outbox.claim(1) as first, self.outbox.claim(100) as second:
            [one] = first.messages[Channel.COMMANDS]
            [other] = second.messages[Channel.COMMANDS]
        assert one.id != other.id

    async def test_refused_messages_step_back_behind_all_others(self) -> None:
        for number in (1, 2, 3):
            await self.jobs.accept(a_job(number))
        async with self.outbox.claim(2) as batch:
            await batch.step_back([str(a_job(1).id), str(a_job(2).id)])
        assert await self.waiting() == [str(a_job(3).id)]
        assert await self.outbox.refused() == 2

    async def test_refusal_that_is_not_committed_changes_nothing(self) -> None:
        await self.jobs.accept(a_job(1))
        with pytest.raises(RelayDiedError):
            async with self.outbox.claim(1) as batch:
                await batch.step_back([str(a_job(1).id)])
                raise RelayDiedError
        assert await self.waiting() == [str(a_job(1).id)]
        assert await self.outbox.refused() == 0

    async def sent(self, limit: int) -> list[str]:
        async with self.narrow.claim(limit) as batch:
            ids = [message.id for message in batch.messages.get(Channel.COMMANDS, ())]
            await batch.mark_sent(ids)
        return ids

    async def test_a_caller_who_crowds_the_queue_waits_here_and_others_do_not(self) -> None:
        for number in (1, 2, 3):
            await self.jobs.accept(a_job(number))
        await self.jobs.accept(a_job(4, owner="bob"))
        assert await self.sent(2) == [str(a_job(1).id), str(a_job(2).id)]
        assert await self.sent(100) == [str(a_job(4).id)]
        assert await self.sent(100) == []
        await self.jobs.claim(a_job(1).id, ClaimTerms(lease_seconds=60))
        assert await self.sent(100) == [str(a_job(3).id)]

    async def test_a_message_that_waits_for_room_is_not_late(self) -> None:
        for number in (1, 2, 3):
            await self.jobs.accept(a_job(number))
        await self.sent(2)
        assert await self.narrow.lag_seconds() == 0

    async def test_a_fresh_message_for_a_forgotten_one_waits_for_no_room(self) -> None:
        """What the queue forgot would crowd it for ever."""
        for number in (1, 2, 3, 4):
            await self.jobs.accept(a_job(number))
        await self.sent(3)
        await self.leases.announce_again(a_job(1).id)
        [again] = await self.sent(100)
        assert again.startswith(str(a_job(1).id))

    async def test_lag_is_zero_only_when_nothing_waits(self) -> None:
        assert await self.outbox.lag_seconds() == 0
        await self.jobs.accept(a_job(1))
        assert await self.outbox.lag_seconds() >= 0

    async def test_commit_wakes_the_waiting_relay(self) -> None:
        waiting = asyncio.create_task(self.outbox.wait(timeout_seconds=30))
        await self.jobs.accept(a_job(1))
        async with asyncio.timeout(5):
            await waiting
