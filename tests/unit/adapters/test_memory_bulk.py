"""The in-memory database keeps the contracts of the real one for what comes and goes in bulk."""

import pytest

from adapters.memory.bulk import InMemoryExportReads, InMemoryImportReads, InMemoryUploadStore
from adapters.memory.job_store import InMemoryJobStore
from adapters.memory.reads import InMemoryCatalogueReads, InMemoryRecipeReads
from adapters.memory.recipe_index import InMemoryRecipeIndex
from adapters.memory.tables import Tables
from adapters.memory.unit_of_work import InMemoryUnitOfWork
from tests.support.contracts.bulk import BulkContract
from tests.support.fakes import CountingIds


class TestInMemoryBulk(BulkContract):
    """Uploads, imports and exports."""

    @pytest.fixture(autouse=True)
    async def parts(self) -> None:
        tables = Tables()
        self.unit_of_work = InMemoryUnitOfWork(tables, self.clock, CountingIds())
        self.uploads = InMemoryUploadStore(tables, self.clock)
        self.jobs = InMemoryJobStore(tables, self.clock)
        self.catalogue = InMemoryCatalogueReads(tables)
        self.recipe_reads = InMemoryRecipeReads(tables)
        self.index = InMemoryRecipeIndex(tables)
        self.imports = InMemoryImportReads(tables)
        self.exports = InMemoryExportReads(tables)
