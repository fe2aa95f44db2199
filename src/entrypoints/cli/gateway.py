"""`kondate gateway`."""

import sys
import tempfile
from pathlib import Path

import click

from entrypoints.cli.gateway_openapi import openapi
from entrypoints.cli.gateway_render import rendered
from entrypoints.cli.running import environment
from entrypoints.gateway.lifetime import run
from entrypoints.http.app import edge_routes
from entrypoints.settings import read_settings


@click.group(invoke_without_command=True)
@click.pass_context
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the configuration and the admin socket go.  [default: a new temporary folder]",
)
@click.option(
    "--replaces",
    type=click.IntRange(min=2),
    metavar="PID",
    help="Take over from the gateway of this process on the same port, then let it drain and end. Needs another "
    "KONDATE_GATEWAY_METRICS_PORT and run directory.",
)
def command(context: click.Context, *, run_dir: Path | None, replaces: int | None) -> None:
    """Run Envoy on KONDATE_GATEWAY_PORT, in front of KONDATE_GATEWAY_UPSTREAMS.

    Its whole configuration is rendered from the routes' declarations and the settings. SIGTERM drains: clients are
    told to close their connections, requests under way are finished within KONDATE_SHUTDOWN_GRACE_SECONDS.
    """
    if context.invoked_subcommand is not None:
        return
    settings = read_settings(environment())
    routes = edge_routes(with_docs=settings.shows_docs())
    folder = run_dir or Path(tempfile.mkdtemp(prefix="kondate-gateway-"))
    sys.exit(run(settings, routes, folder, replaced=replaces))


command.add_command(openapi)
command.add_command(rendered)
