"""`kondate project`."""

from pathlib import Path

import click
from rich.console import Console

from domain.job import Origin
from domain.principal import Principal
from entrypoints.cli.joining import DEFAULT_FOLDER, joined_settings
from entrypoints.cli.running import run
from entrypoints.container import open_container
from entrypoints.settings import Settings

ORIGIN = Origin(principal=Principal(subject="kondate"), request_id="project-rebuild")


@click.group()
def command() -> None:
    """See to what follows from recipes: their read lines, nutrition, allergens, and what they are found by."""


@command.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="The folder of the `kondate up` whose recipes are meant, unless KONDATE_DATABASE_URL names a database.",
)
def rebuild(*, data_dir: Path) -> None:
    """Work all of it out anew from the recipes; everything may go on beside it."""
    settings = joined_settings(data_dir)
    run(lambda: _rebuild(settings, Console(stderr=True)))


async def _rebuild(settings: Settings, console: Console) -> None:
    done = 0
    async with open_container(settings, "project", log_level="warning") as container:
        with console.status("rebuilding") as status:
            async for done in container.rebuild().run(ORIGIN):
                status.update(f"{done:,} recipes")
    console.print(f"{done:,} recipes rebuilt", highlight=False)
