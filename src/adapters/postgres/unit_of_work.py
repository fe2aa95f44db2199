"""The unit of work on PostgreSQL: one transaction, and the repositories inside it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.postgres.audit import PostgresAuditLog
from adapters.postgres.bulk_results import PostgresRecipeExports, PostgresRecipeImports
from adapters.postgres.catalogue import PostgresCatalogueRepository
from adapters.postgres.database import Database
from adapters.postgres.drill_effects import PostgresDrillEffects
from adapters.postgres.idempotency import PostgresIdempotencyRecords
from adapters.postgres.job_news import tell_of_job
from adapters.postgres.job_repository import PostgresJobRepository
from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.planning_repository import PostgresMenuPlanRepository, PostgresPriceListRepository
from adapters.postgres.projection_repository import PostgresProjectionRepository
from adapters.postgres.recipe_batches import PostgresRecipeBatches
from adapters.postgres.recipe_repository import PostgresRecipeRepository
from adapters.postgres.report_repository import PostgresReportRepository
from adapters.postgres.uploads import PostgresUploads
from adapters.postgres.webhook_repository import PostgresWebhookRepository
from adapters.wire.codec import MessageTypes
from application.ports.clock import IdFactory
from application.ports.unit_of_work import Transaction, UnitOfWork
from domain.job import Origin


class PostgresTransaction:
    """One open transaction."""

    def __init__(self, session: LazyTransaction, origin: Origin, ids: IdFactory, types: MessageTypes) -> None:
        """Give each repository the same session."""
        self.recipes = PostgresRecipeRepository(session)
        self.projections = PostgresProjectionRepository(session)
        self.catalogue = PostgresCatalogueRepository(session)
        self.reports = PostgresReportRepository(session)
        self.price_lists = PostgresPriceListRepository(session)
        self.menu_plans = PostgresMenuPlanRepository(session)
        self.batches = PostgresRecipeBatches(session)
        self.uploads = PostgresUploads(session)
        self.imports = PostgresRecipeImports(session)
        self.exports = PostgresRecipeExports(session)
        self.jobs = PostgresJobRepository(session, types)
        self.idempotency = PostgresIdempotencyRecords(session)
        self.outbox = PostgresOutbox(session, origin, ids)
        self.audit = PostgresAuditLog(session, origin)
        self.webhooks = PostgresWebhookRepository(session)
        self.drills = PostgresDrillEffects(session, origin)


class PostgresUnitOfWork:
    """Opens transactions labelled with their request."""

    def __init__(self, database: Database, ids: IdFactory, types: MessageTypes) -> None:
        """Take the database, the source of event ids, and the commands that job rows may hold."""
        self._database = database
        self._ids = ids
        self._types = types

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a transaction; see the port for its promises."""
        async with AsyncExitStack() as opened:
            session = LazyTransaction(self._database, origin, opened)
            transaction = PostgresTransaction(session, origin, self._ids, self._types)
            yield transaction
            await session.finish()
        for job_id, status in transaction.jobs.changed.items():
            tell_of_job(self._database, job_id, status)


_: type[UnitOfWork] = PostgresUnitOfWork
