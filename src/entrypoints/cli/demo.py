"""`kondate demo`."""

import asyncio
import shutil
from pathlib import Path

import click
from rich.console import Console

from entrypoints.cli.joining import DEFAULT_FOLDER
from entrypoints.cli.running import environment
from entrypoints.cli.seed import seed_samples
from entrypoints.cli.tour import Tour
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.greeting import addresses
from entrypoints.local.picture import UpOptions, running_picture
from entrypoints.local.up import run_until_signalled

FOLDER = DEFAULT_FOLDER / "demo"


@click.command()
def command() -> None:
    """Start the whole picture, seed it, show the main job from end to end, then stop everything.

    Uses a folder of its own (.local/demo, emptied first), so a running `kondate up` is not disturbed.
    """
    asyncio.run(run_until_signalled(_demo(Console())))


async def _demo(console: Console) -> None:
    _empty(FOLDER)
    console.rule("[bold]1. Start every part on loopback")
    async with running_picture(environment(), UpOptions(data_dir=FOLDER), console.print) as picture:
        for name, address in addresses(picture):
            console.print(f"  {name:<9} {address}", highlight=False, soft_wrap=True)
        console.rule("[bold]2. Seed it")
        await seed_samples(picture.settings, console)
        await Tour(picture, console).show()
        console.rule("[bold]8. Stop every part")
    console.print("Nothing is left running.")


def _empty(folder: Path) -> None:
    """Remove what an earlier demo left; raise LocalError while one is running there."""
    with DataFolder(folder).locked():
        pass
    shutil.rmtree(folder)
