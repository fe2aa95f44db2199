"""Two branches may give their migrations the same number; the database would refuse the second."""

from adapters.postgres.migrate import migrations


def test_each_migration_has_a_number_of_its_own() -> None:
    numbers = [migration.number for migration in migrations()]
    assert len(numbers) == len(set(numbers))
