"""`kondate gateway`."""

import json
import sys
import tempfile
from pathlib import Path

import click

from entrypoints.cli.gateway_openapi import openapi
from entrypoints.cli.running import environment
from entrypoints.gateway.errors import GatewayError
from entrypoints.gateway.lifetime import run
from entrypoints.gateway.render import render
from entrypoints.http.app import edge_routes
from entrypoints.settings import read_settings

CANNOT_START = 2


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--render", "is_rendered", is_flag=True, help="Print Envoy's configuration as JSON and exit.")
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
def command(context: click.Context, *, is_rendered: bool, run_dir: Path | None, replaces: int | None) -> None:
    """Run Envoy on KONDATE_GATEWAY_PORT, in front of KONDATE_GATEWAY_UPSTREAMS.

    Its whole configuration is rendered from the routes' declarations and the settings. SIGTERM drains: clients are
    told to close their connections, requests under way are finished within KONDATE_SHUTDOWN_GRACE_SECONDS.
    """
    if context.invoked_subcommand is not None:
        return
    settings = read_settings(environment())
    routes = edge_routes(with_docs=settings.shows_docs())
    folder = run_dir or Path(tempfile.mkdtemp(prefix="kondate-gateway-"))
    try:
        if is_rendered:
            click.echo(json.dumps(render(routes, settings, folder), indent=2))
            return
        sys.exit(run(settings, routes, folder, replaced=replaces))
    except GatewayError as error:
        click.echo(f"kondate: {error}", err=True)
        sys.exit(CANNOT_START)


command.add_command(openapi)
