"""How the operators' tools run: whom they act as, what they join, and how they show what they found."""

import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console

from application.operations.operations import Operations
from domain.errors import DomainError
from domain.job import Origin
from domain.principal import Principal
from entrypoints.cli.joining import DEFAULT_FOLDER, joined_settings
from entrypoints.cli.running import run
from entrypoints.container import open_container

WIDE = 240
"""Columns of a table that no terminal shows: nothing is cut off."""

Work = Callable[[Operations, Origin], Awaitable[None]]

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="The folder of the `kondate up` to join, unless KONDATE_DATABASE_URL names a database.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def operate(data_dir: Path, work: Work) -> None:
    """Do an operator's work on the picture of this folder; a refusal is one line on stderr and exit code 1."""
    settings = joined_settings(data_dir)

    async def joined() -> None:
        async with open_container(settings, "operator", log_level="warning") as container:
            origin = operator_origin(str(container.ids().new()))
            try:
                await work(container.operations(), origin)
            except DomainError as error:
                raise click.ClickException(error.detail) from error

    try:
        run(joined)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from error


def operator_origin(request_id: str) -> Origin:
    """Return whom a tool acts as: whoever can reach the database and the queue is an operator, by their own name."""
    principal = Principal(subject=f"operator:{getpass.getuser()}", roles=frozenset({"operator"}))
    return Origin(principal=principal, request_id=request_id)


def show_json(value: object) -> None:
    """Print a value as JSON, whatever the terminal."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def console() -> Console:
    """Return the console for tables; without a terminal lines are as long as they need to be."""
    plain = Console(highlight=False, markup=False)
    return plain if plain.is_terminal else Console(highlight=False, markup=False, width=WIDE)
