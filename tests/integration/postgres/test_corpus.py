"""The PostgreSQL corpus keeps the corpus contract."""

import pytest

from adapters.postgres.catalogue import PostgresCatalogueReads
from adapters.postgres.corpus import PostgresRecipeCorpus
from adapters.postgres.database import Database
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from tests.support.contracts.corpus import CorpusContract
from tests.support.fakes import CountingIds


class TestPostgresCorpus(CorpusContract):
    """Snapshots for reports."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
        self.catalogue = PostgresCatalogueReads(database)
        self.corpus = PostgresRecipeCorpus(database, self.catalogue)
