"""`kondate seed`."""

import csv
import json
import uuid
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.commands import AddRecipe, ReviseCatalogue
from domain.errors import DomainError
from domain.ingredient_table import ingredient_from_row
from domain.job import Origin
from domain.principal import Principal
from entrypoints.cli.joining import DEFAULT_FOLDER, joined_settings
from entrypoints.cli.running import run
from entrypoints.container import Container, open_container
from entrypoints.schema_org import recipe_content
from entrypoints.settings import Settings

OWNER = Principal(subject="kondate", scopes=frozenset({"recipe:write", "catalogue:write"}))
LINES_SHOWN = 10
SAMPLES = files("entrypoints.cli").joinpath("samples")

Line = tuple[int, str]


class SeedError(click.ClickException):
    """The file cannot be read; the message is one line."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="The folder of the `kondate up` to load into, unless KONDATE_DATABASE_URL names a database.",
)
def command(*, file: Path | None, data_dir: Path) -> None:
    """Load the ingredient table and recipes, through the same use cases as every client.

    FILE holds schema.org recipes, one JSON object a line; without it the project's own samples are loaded. A recipe
    that was loaded before is left as it is. Lines that are no recipe are listed by number, the others are kept.
    """
    settings = joined_settings(data_dir)
    lines = list(enumerate(_read(file), start=1))
    run(lambda: _seed(settings, lines, Console(stderr=True)))


async def seed_samples(settings: Settings, console: Console) -> None:
    """Load the ingredient table and the sample recipes."""
    await _seed(settings, list(enumerate(_read(None), start=1)), console)


def _read(file: Path | None) -> list[str]:
    try:
        text = file.read_text("utf-8") if file else SAMPLES.joinpath("recipes.ndjson").read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SeedError(f"{file} is not UTF-8 text") from error
    return text.splitlines()


async def _seed(settings: Settings, lines: list[Line], console: Console) -> None:
    async with open_container(settings, "seed", log_level="warning") as container:
        table = csv.DictReader(SAMPLES.joinpath("ingredients.csv").read_text("utf-8").splitlines())
        ingredients = tuple(ingredient_from_row(row) for row in table)
        await container.bus().execute(ReviseCatalogue(ingredients=ingredients), _origin())
        console.print(f"{len(ingredients)} ingredients", highlight=False)
        added, refused = 0, []
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            for number, line in progress.track(lines, description="recipes"):
                try:
                    added += await _add(container, line)
                except (DomainError, ValueError) as error:
                    refused.append((number, str(error)))
    console.print(f"{added} recipes added, {len(lines) - added - len(refused)} known already", highlight=False)
    _show_refused(refused, console)


async def _add(container: Container, line: str) -> bool:
    """Add one recipe; return False when it was loaded before."""
    node = json.loads(line)
    if not isinstance(node, Mapping):
        raise ValueError("not a JSON object")  # noqa: TRY004 (a wrong line is one kind of error, whatever is wrong)
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, str(node.get("identifier") or line))
    if await container.recipe_reads().document(identifier, _origin()) is not None:
        return False
    await container.bus().execute(AddRecipe(content=recipe_content(node), recipe_id=identifier), _origin())
    return True


def _origin() -> Origin:
    return Origin(principal=OWNER, request_id="seed")


def _show_refused(refused: list[Line], console: Console) -> None:
    for number, reason in refused[:LINES_SHOWN]:
        console.print(f"line {number}: {reason}", highlight=False, markup=False)
    if len(refused) > LINES_SHOWN:
        console.print(f"… and {len(refused) - LINES_SHOWN} more lines that are no recipe", highlight=False)
