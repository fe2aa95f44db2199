"""`kondate schema`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from entrypoints.container import document_types, message_contract
from entrypoints.http.app import openapi
from entrypoints.http.openapi.document import VERSION
from entrypoints.settings import Settings

EVERYWHERE = Settings(database_url="postgresql://unused", issuer="http://unused")
"""The contract does not depend on an installation; queues are called as they are where nothing else is set."""

DOCUMENTS: Mapping[str, Callable[[], Any]] = {
    "openapi": lambda: openapi(document_types(), with_docs=True),
    "asyncapi": lambda: message_contract(EVERYWHERE, VERSION),
}


@click.command()
@click.argument("name", type=click.Choice(list(DOCUMENTS)), required=False)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write openapi.json and asyncapi.json into this folder.",
)
def command(name: str | None, folder: Path | None) -> None:
    """Print the contract: OpenAPI 3.1 of the API, or AsyncAPI 3 of the queues.

    Both are made of the types and routes of this release. docs/contract holds what was agreed to; a test compares.
    """
    if (name is None) is (folder is None):
        raise click.UsageError("Name a document, or give --write a folder.")
    if name is not None:
        click.echo(text_of(name), nl=False)
        return
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for each in DOCUMENTS:
            (folder / f"{each}.json").write_text(text_of(each), encoding="utf-8")
            click.echo(folder / f"{each}.json")


def text_of(name: str) -> str:
    """Return a document as it is written down: the same text for the same contract."""
    return json.dumps(DOCUMENTS[name](), indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"
