"""`kondate migrate`."""

import sys

import click

from application.ports.unit_of_work import SchemaError
from entrypoints.cli.running import environment, run
from entrypoints.container import migrate
from entrypoints.settings import Settings, read_settings

REFUSED = 1


@click.command()
def command() -> None:
    """Apply the schema migrations that are missing, and create the queues.

    With KONDATE_SQS_CREATE_QUEUES=false the queues are only checked. Safe to run any number of times, at once too.
    """
    settings = read_settings(environment())
    run(lambda: apply(settings))


async def apply(settings: Settings) -> None:
    """Migrate and say what was done."""
    try:
        applied = await migrate(settings)
    except SchemaError as error:
        click.echo(f"kondate: {error}", err=True)
        sys.exit(REFUSED)
    for name in applied:
        click.echo(f"applied {name}")
    click.echo("The schema and the queues are up to date.")
