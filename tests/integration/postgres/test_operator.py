"""PostgreSQL keeps the contract of what operators need, and does not let anybody rewrite the trail."""

from collections.abc import Sequence

import asyncpg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.key_leases import PostgresKeyLeases
from adapters.postgres.operator_jobs import PostgresOperatorJobs
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes, decode
from application.ports.audit import AuditAction, AuditEntry
from tests.support.contracts.key_leases import KeyLeasesContract
from tests.support.contracts.operator import ENTRY, OperatorContract
from tests.support.fakes import CountingIds
from tests.support.operations import OPERATOR

ROWS = Statement("rows", "SELECT actor, request_id, action, target, detail FROM audit ORDER BY id")


class TestPostgresOperatorStorage(OperatorContract):
    """Jobs of all owners, and the audit trail."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        types = MessageTypes()
        self.jobs = PostgresJobStore(database, types)
        self.operator_jobs = PostgresOperatorJobs(database, types)
        self.unit_of_work = PostgresUnitOfWork(database, CountingIds(), types)

        async def audited() -> Sequence[tuple[str, str, AuditEntry]]:
            async with database.session() as session:
                return [
                    (
                        row["actor"],
                        row["request_id"],
                        AuditEntry(
                            action=AuditAction(row["action"]),
                            target=row["target"],
                            detail=decode(row["detail"], dict[str, str]),
                        ),
                    )
                    for row in await session.fetch(ROWS)
                ]

        self.audited = audited


class TestPostgresKeyLeases(KeyLeasesContract):
    """Leases on idempotency keys."""

    @pytest.fixture(autouse=True)
    async def parts(self, database: Database) -> None:
        self.leases = PostgresKeyLeases(database)


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
async def test_audit_trail_cannot_be_rewritten(change: str, database: Database) -> None:
    async with PostgresUnitOfWork(database, CountingIds(), MessageTypes()).begin(OPERATOR) as transaction:
        await transaction.audit.record(ENTRY)
    with pytest.raises(asyncpg.RaiseError, match="cannot be changed"):
        async with database.session() as session:
            await session.script(change)
