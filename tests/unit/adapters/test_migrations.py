"""Migrations go forward only, wait for nobody for long, and take nothing away that older processes still use."""

import re
from importlib.resources import files

import pytest

from adapters.postgres.migrate import LOCK, Migration, migrations

TAKES_AWAY = re.compile(r"\bDROP (TABLE|COLUMN|FUNCTION)\b|\bRENAME\b|\bALTER COLUMN\b|\bSET NOT NULL\b", re.IGNORECASE)
ADDED_COLUMN = re.compile(r"\bADD COLUMN\b[^,;]*", re.IGNORECASE)
AFTER_A_RELEASE: frozenset[str] = frozenset()
"""Files that take away what no process of the release before them uses any more."""


def statements(migration: Migration) -> str:
    """Return a migration without its comments."""
    return re.sub(r"--.*", "", migration.text)


def test_each_migration_has_a_number_of_its_own() -> None:
    """Two branches may give theirs the same number; the database would refuse the second."""
    numbers = [migration.number for migration in migrations()]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("migration", migrations(), ids=lambda migration: migration.name)
def test_a_migration_says_how_long_it_waits_and_works(migration: Migration) -> None:
    assert re.match(r"\s*SET LOCAL lock_timeout = '\w+';\s*SET LOCAL statement_timeout = '\w+';", statements(migration))


@pytest.mark.parametrize("migration", migrations(), ids=lambda migration: migration.name)
def test_older_processes_go_on_after_a_migration(migration: Migration) -> None:
    """They read what they read before, and insert rows without the new columns."""
    text = statements(migration)
    assert migration.name in AFTER_A_RELEASE or not TAKES_AWAY.search(text)
    for column in ADDED_COLUMN.findall(text):
        assert "NOT NULL" not in column or "DEFAULT" in column, column


def test_no_two_statements_share_a_lock_by_accident() -> None:
    """An advisory lock is only a number: two uses of one number wait for each other, and nobody sees why."""
    texts = [file.read_text("utf-8") for file in files("adapters.postgres").joinpath("sql").iterdir() if file.is_file()]
    numbers = [number for text in texts for number in re.findall(r"advisory_xact_lock\((\d+)\)", text)]
    assert len(numbers) > 1
    assert len(numbers) == len(set(numbers))
    assert str(LOCK) not in numbers
