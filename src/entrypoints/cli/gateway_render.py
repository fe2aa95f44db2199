"""`kondate gateway render`."""

import json
import tempfile
from pathlib import Path

import click

from entrypoints.cli.running import environment
from entrypoints.gateway.render import render_files
from entrypoints.http.app import edge_routes
from entrypoints.settings import read_settings


@click.command("render")
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(tempfile.gettempdir()),
    help="Where the admin socket would go.  [default: the temporary folder]",
)
def rendered(*, run_dir: Path) -> None:
    """Print Envoy's whole configuration as JSON, and start nothing.

    With HTTP/3 it is two documents: the routing table, which two listeners share, and the rest. The same routes and
    settings give the same bytes, so two outputs can be compared.
    """
    settings = read_settings(environment())
    routes = edge_routes(with_docs=settings.shows_docs())
    for content in render_files(routes, settings, run_dir).values():
        click.echo(json.dumps(content, indent=2))
