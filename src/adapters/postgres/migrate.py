"""Forward-only migrations: plain SQL files, each applied once, in order, and never changed afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from adapters.postgres.database import Database
from adapters.postgres.errors import translated
from adapters.postgres.statements import load
from application.ports.unit_of_work import SchemaError

LOCK = 7_230_114
"""The advisory lock that one migrating process holds: a number of our own choosing."""

IS_APPLIED = load("migration_is_applied")

LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `NNNN_verb_noun.sql`."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Return the digest that tells whether an applied file was changed."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Read all migrations, oldest first."""
    folder = files("adapters.postgres").joinpath("sql", "migrations")
    found = [
        Migration(int(file.name[:4]), file.name, file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(found, key=lambda migration: migration.number)


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; return the names of those applied.

    Any number of processes may call this at once: the first does the work, the others wait for it.
    Raises SchemaError when an applied file has changed or is unknown, StorageUnavailableError when
    the database is out of reach.
    """
    with translated():
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "migrate"})
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
            await connection.execute(LEDGER)
            applied = {
                row["number"]: row["checksum"]
                for row in await connection.fetch("SELECT number, checksum FROM schema_migration")
            }
            return [await _apply(connection, migration) for migration in _missing(migrations(), applied)]
        finally:
            await connection.close()


def _missing(known: list[Migration], applied: dict[int, str]) -> list[Migration]:
    unknown = applied.keys() - {migration.number for migration in known}
    if unknown:
        raise SchemaError(f"migration {min(unknown):04} is applied, but this release does not know it")
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise SchemaError(f"{migration.name} was changed after it had been applied")
    return [migration for migration in known if migration.number not in applied]


async def _apply(connection: asyncpg.Connection[asyncpg.Record], migration: Migration) -> str:
    async with connection.transaction():
        await connection.execute(migration.text)
        await connection.execute(
            "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.checksum,
        )
    return migration.name


class PostgresSchema:
    """Whether the database can serve this release."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database
        self._newest = migrations()[-1].number

    async def check(self) -> None:
        """Return when the server answers and has every migration of this release.

        Raises StorageUnavailableError or SchemaError.
        """
        async with self._database.session() as session:
            if not await session.value(IS_APPLIED, self._newest):
                raise SchemaError(f"migration {self._newest:04} is not applied")
