"""What every outbox promises its relays."""

import asyncio

import pytest

from application.ports.jobs import JobStore
from application.ports.outbox import OutboxStore
from application.ports.queue import Channel
from tests.support.builders import a_job


class RelayDiedError(Exception):
    """Raised inside a claim, as a crash would end it."""


class OutboxContract:
    """Subclassed once for each adapter; `jobs` writes into the same outbox."""

    jobs: JobStore
    outbox: OutboxStore

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

    async def test_lag_is_zero_only_when_nothing_waits(self) -> None:
        assert await self.outbox.lag_seconds() == 0
        await self.jobs.accept(a_job(1))
        assert await self.outbox.lag_seconds() >= 0

    async def test_commit_wakes_the_waiting_relay(self) -> None:
        waiting = asyncio.create_task(self.outbox.wait(timeout_seconds=30))
        await self.jobs.accept(a_job(1))
        async with asyncio.timeout(5):
            await waiting
