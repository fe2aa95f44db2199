"""PostgreSQL keeps webhooks as the in-memory database does."""

import asyncio
from uuid import UUID

import pytest

from adapters.postgres.database import Database
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.job_upkeep import PostgresJobUpkeep
from adapters.postgres.outbox import PostgresOutboxStore
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.postgres.webhook_reads import PostgresWebhookReads
from adapters.wire.codec import MessageTypes
from tests.support.builders import an_origin
from tests.support.contracts.webhooks import WebhookContract
from tests.support.fakes import CountingIds
from tests.support.webhooks import a_webhook


class TestPostgresWebhooks(WebhookContract):
    """Webhooks."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.webhook_reads = PostgresWebhookReads(database)
        self.outbox = PostgresOutboxStore(database, most_of_one_caller=1_000)
        self.jobs = PostgresJobStore(database, MessageTypes())
        self.upkeep = PostgresJobUpkeep(database)

    async def test_nobody_adds_one_of_the_owners_between_a_count_and_its_commit(self) -> None:
        async def add(number: int) -> None:
            async with self.unit_of_work.begin(an_origin()) as transaction:
                if await transaction.webhooks.count("alice") < 2:
                    await transaction.webhooks.add(a_webhook(UUID(int=number)))

        await asyncio.gather(*(add(number) for number in range(1, 7)))
        assert len(await self.webhook_reads.page(owner="alice", after=None, limit=9)) == 2
