"""Real parts, started once for the whole run."""

from collections.abc import Iterator

import asyncpg
import pytest

from adapters.postgres.migrate import migrate
from tests.support.processes import running_postgres, running_sqs


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Give the address of a PostgreSQL server."""
    with running_postgres() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def sqs_endpoint() -> Iterator[str]:
    """Give the address of an SQS endpoint."""
    with running_sqs() as endpoint:
        yield endpoint


@pytest.fixture
async def database_dsn(postgres_dsn: str) -> str:
    """Give the address of a migrated database without rows."""
    await migrate(postgres_dsn)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(
        "TRUNCATE recipe, recipe_line, recipe_fact, recipe_nutrition, recipe_allergen, recipe_search, "
        "ingredient, catalogue, job, "
        "outbox, report, expired, idempotency_record, audit, drill_effect, "
        "price_list, price, menu_plan, upload, upload_part, recipe_import, recipe_export, recipe_export_part, "
        "webhook, webhook_delivery, webhook_attempt"
    )
    await connection.close()
    return postgres_dsn
