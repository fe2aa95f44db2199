"""The in-memory side of what operators need keeps the contracts of the real one."""

from collections.abc import Sequence

import pytest

from adapters.memory.dead_letters import InMemoryDeadLetters
from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.key_leases import InMemoryKeyLeases
from adapters.memory.operator_jobs import InMemoryOperatorJobs
from adapters.memory.queue import InMemoryQueue
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from application.ports.audit import AuditEntry
from tests.support.contracts.dead_letters import DeadLetterContract, DeadLettersUnderTest
from tests.support.contracts.key_leases import KeyLeasesContract
from tests.support.contracts.operator import OperatorContract
from tests.support.fakes import CountingIds, FixedClock


class TestInMemoryDeadLetters(DeadLetterContract):
    """The dead-letter queue."""

    @pytest.fixture
    def dead(self) -> DeadLettersUnderTest:
        queue = InMemoryQueue(FixedClock())
        return DeadLettersUnderTest(letters=InMemoryDeadLetters(queue), publisher=queue, consumer=queue)


class TestInMemoryOperatorStorage(OperatorContract):
    """Jobs of all owners, and the audit trail."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables, clock = Tables(), FixedClock()
        self.jobs = InMemoryJobStore(tables, clock)
        self.operator_jobs = InMemoryOperatorJobs(tables)
        self.unit_of_work = InMemoryUnitOfWork(tables, clock, CountingIds())

        async def audited() -> Sequence[tuple[str, str, AuditEntry]]:
            return [(origin.principal.subject, origin.request_id, entry) for origin, entry in tables.audit]

        self.audited = audited


class TestInMemoryKeyLeases(KeyLeasesContract):
    """Leases on idempotency keys."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        self.leases = InMemoryKeyLeases(Tables(), FixedClock())
