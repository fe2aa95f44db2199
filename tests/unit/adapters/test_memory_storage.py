"""The in-memory database keeps the contracts of the real one."""

from uuid import UUID

import pytest

from adapters.memory.job_reads import InMemoryJobReads
from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.outbox import InMemoryOutboxStore
from adapters.memory.reads import (
    InMemoryCatalogueReads,
    InMemoryRecipeReads,
    InMemoryReportReads,
)
from adapters.memory.recipe_index import InMemoryRecipeIndex
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from adapters.postgres.line_rows import micrograms
from domain.allergens import RecipeAllergens
from domain.ingredient import ResolvedLine
from tests.support.contracts.job_reads import JobReadsContract
from tests.support.contracts.job_store import JobStoreContract
from tests.support.contracts.outbox import OutboxContract
from tests.support.contracts.unit_of_work import StoredLine, UnitOfWorkContract
from tests.support.contracts.upkeep import UpkeepContract
from tests.support.fakes import CountingIds


class TestInMemoryJobStore(JobStoreContract):
    """Jobs."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.jobs = InMemoryJobStore(tables, self.clock)
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())


class TestInMemoryOutbox(OutboxContract):
    """The outbox."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables, clock = Tables(), JobStoreContract.clock
        self.jobs = self.leases = InMemoryJobStore(tables, clock)
        self.outbox = InMemoryOutboxStore(tables, clock)
        self.narrow = InMemoryOutboxStore(tables, clock, most_of_one_caller=2)


class TestInMemoryUnitOfWork(UnitOfWorkContract):
    """Transactions and reads."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.recipe_reads = InMemoryRecipeReads(tables)
        self.index = InMemoryRecipeIndex(tables)
        self.report_reads = InMemoryReportReads(tables)
        self.catalogue = InMemoryCatalogueReads(tables)
        self.outbox = InMemoryOutboxStore(tables, self.clock)
        self.jobs = InMemoryJobStore(tables, self.clock)
        self.tables = tables

    async def stored_lines(self, recipe_id: UUID) -> list[StoredLine]:
        return [
            (
                reading.line.raw,
                reading.status.value,
                reading.ingredient,
                _weights(reading),
                reading.line.optional,
            )
            for reading in self.tables.recipes[recipe_id].readings
        ]

    async def stored_allergens(self, recipe_id: UUID) -> RecipeAllergens | None:
        made = self.tables.projections.get(recipe_id)
        return None if made is None else made.allergens

    async def marks(self) -> list[tuple[str, int, str]]:
        return [(mark.drill_id, mark.attempt, mark.request_id) for mark in self.tables.drills]


class TestInMemoryUpkeep(UpkeepContract):
    """Leases, the reconciler and the housekeeper."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.jobs = self.leases = self.upkeep = InMemoryJobStore(tables, self.clock)
        self.outbox = InMemoryOutboxStore(tables, self.clock)
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())


def _weights(reading: ResolvedLine) -> tuple[int | None, int | None, int | None]:
    low, high = reading.gram_ends or (None, None)
    return micrograms(reading.grams), micrograms(low), micrograms(high)


class TestInMemoryJobReads(JobReadsContract):
    """Jobs as their owners see them."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.jobs = self.upkeep = InMemoryJobStore(tables, self.clock)
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.reads = InMemoryJobReads(tables)
