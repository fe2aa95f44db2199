"""The in-memory corpus and planning keep their contracts."""

import pytest

from adapters.memory.corpus import InMemoryRecipeCorpus
from adapters.memory.planning import InMemoryPlanningReads
from adapters.memory.reads import InMemoryCatalogueReads
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from tests.support.contracts.corpus import CorpusContract
from tests.support.contracts.planning import PlanningContract
from tests.support.fakes import CountingIds, FixedClock


class TestInMemoryCorpus(CorpusContract):
    """Snapshots for reports."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.catalogue = InMemoryCatalogueReads(tables)
        self.corpus = InMemoryRecipeCorpus(tables)


class TestInMemoryPlanning(PlanningContract):
    """Price lists and menu plans."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, FixedClock(), CountingIds())
        self.planning_reads = InMemoryPlanningReads(tables)
        self.corpus = InMemoryRecipeCorpus(tables)
