"""The in-memory catalogue keeps its contract."""

import pytest

from adapters.memory.reads import InMemoryCatalogueReads
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from tests.support.contracts.catalogue import CatalogueContract
from tests.support.fakes import CountingIds


class TestInMemoryCatalogue(CatalogueContract):
    """Ingredients."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.catalogue = InMemoryCatalogueReads(tables)
