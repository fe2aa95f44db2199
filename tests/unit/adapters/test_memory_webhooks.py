"""Webhooks in memory keep the contract of the real store."""

import pytest

from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from adapters.memory.webhooks import InMemoryWebhookReads
from tests.support.contracts.webhooks import WebhookContract
from tests.support.fakes import CountingIds


class TestInMemoryWebhooks(WebhookContract):
    """Webhooks."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.webhook_reads = InMemoryWebhookReads(tables)
        self.outbox = InMemoryOutboxStore(tables, self.clock)
        self.jobs = self.upkeep = InMemoryJobStore(tables, self.clock)
