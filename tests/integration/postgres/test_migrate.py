"""The schema goes forward only, and says so when something does not fit."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from adapters.postgres.migrate import LEDGER, migrate, migrations
from application.ports.unit_of_work import SchemaError

JP_ALLERGENS = 35
"""The migration that made room for Japan's list."""
A_RECIPE = """
INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
VALUES (gen_random_uuid(), 'alice', 1, 'published', NULL, '{}', '{}', now(), now());
INSERT INTO recipe_search (recipe_id, owner, status, created_at, facets, ingredients, free_from)
SELECT id, owner, status, created_at, '{}', '{}', '{-milk}' FROM recipe;
INSERT INTO recipe_allergen (recipe_id, recipe_version, catalogue_version, contained, possible, unknown)
SELECT id, version, 'older', '{}', '{}', '{soy}' FROM recipe;
"""


@pytest.fixture
async def empty_dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """Give the address of a database without tables."""
    server = await asyncpg.connect(postgres_dsn)
    await server.execute("CREATE DATABASE migration_test")
    server_address, _, _ = postgres_dsn.rpartition("/")
    yield f"{server_address}/migration_test"
    await server.execute("DROP DATABASE migration_test WITH (FORCE)")
    await server.close()


async def test_all_migrations_apply_to_an_empty_database(empty_dsn: str) -> None:
    assert await migrate(empty_dsn) == [migration.name for migration in migrations()]


async def test_second_run_changes_nothing(empty_dsn: str) -> None:
    await migrate(empty_dsn)
    assert await migrate(empty_dsn) == []


async def test_processes_that_migrate_at_once_apply_each_file_once(empty_dsn: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_dsn) for _ in range(4)))
    assert sorted(name for names in applied for name in names) == [migration.name for migration in migrations()]


async def test_changed_migration_is_refused_by_name(empty_dsn: str) -> None:
    await migrate(empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute("UPDATE schema_migration SET checksum = 'other' WHERE number = 2")
    await connection.close()
    with pytest.raises(SchemaError, match=r"0002_create_job\.sql was changed"):
        await migrate(empty_dsn)


async def test_schema_of_a_newer_release_is_refused(empty_dsn: str) -> None:
    await migrate(empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, 'future', 'x')")
    await connection.close()
    with pytest.raises(SchemaError, match="9999"):
        await migrate(empty_dsn)


async def test_recipes_from_before_japans_list_are_free_of_nothing_on_it(empty_dsn: str) -> None:
    """One that is free of all by the EU's list, projected before there were columns for the other."""
    earlier = [each for each in migrations() if each.number < JP_ALLERGENS]
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute(LEDGER)
    for each in earlier:
        await connection.execute(each.text)
        ledger = "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)"
        await connection.execute(ledger, each.number, each.name, each.checksum)
    await connection.execute(A_RECIPE)
    await migrate(empty_dsn)
    row = await connection.fetchrow("SELECT * FROM recipe_allergen JOIN recipe_search USING (recipe_id)")
    await connection.close()
    assert row is not None
    assert (row["contained"], row["possible"], row["unknown"], row["free_from"]) == ([], [], ["soy"], ["-milk"])
    assert (row["jp_contained"], row["jp_possible"], row["jp_free"]) == ([], [], [])
