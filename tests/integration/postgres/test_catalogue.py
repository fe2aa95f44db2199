"""The catalogue in PostgreSQL keeps its contract."""

import pytest

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.database import Database
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from tests.support.contracts.catalogue import CatalogueContract
from tests.support.fakes import CountingIds


class TestPostgresCatalogue(CatalogueContract):
    """Ingredients."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.catalogue = PostgresCatalogueReads(database)
