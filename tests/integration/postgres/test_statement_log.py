"""What PostgreSQL's own log tells of a request: its statements, under its id, and no other's."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.postgres.database import Database, open_pool
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.migrate import migrate
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes
from entrypoints.local.ports import free_port
from entrypoints.local.postgres import EmbeddedPostgres
from tests.support.builders import a_job, an_origin
from tests.support.fakes import CountingIds
from tests.support.processes import running_child

EXECUTED = re.compile(r"app=(.*) LOG: .* execute \S+: (.*)")
REQUESTS = ("request-1", "request-2", "request-3")


@pytest.fixture
def server(tmp_path: Path) -> EmbeddedPostgres:
    """Give a server that logs as the one of `kondate up` does."""
    return EmbeddedPostgres(data_dir=tmp_path / "data", port=free_port(), log_file=tmp_path / "postgres.log")


@pytest.fixture
async def database(server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """Give one connection, which all requests share."""
    with running_child(server.prepare()):
        await migrate(server.dsn)
        async with open_pool(server.dsn, size=1, service="api") as pool:
            yield Database(pool, lambda: None, "api")


async def test_statement_is_logged_under_the_request_that_it_serves(
    server: EmbeddedPostgres, database: Database
) -> None:
    jobs = PostgresJobStore(database, MessageTypes())
    for number, request_id in enumerate(REQUESTS):
        await jobs.accept(replace(a_job(number), origin=an_origin(request_id=request_id)))
    assert labels(server, "-- accept_job") == [f"api {each}" for each in REQUESTS]


async def test_writes_that_leave_together_are_logged_under_their_request(
    server: EmbeddedPostgres, database: Database
) -> None:
    unit_of_work = PostgresUnitOfWork(database, CountingIds(), MessageTypes())
    for request_id in REQUESTS:
        async with unit_of_work.begin(an_origin(request_id=request_id)) as transaction:
            await transaction.drills.record(request_id, attempt=1)
    assert labels(server, "-- record_drill") == [f"api {each}" for each in REQUESTS]


def labels(server: EmbeddedPostgres, text: str) -> list[str]:
    """Return the application names under which a statement that holds this text has run, in order."""
    found = EXECUTED.findall(server.log_file.read_text(encoding="utf-8"))
    return [label for label, statement in found if text in statement]
