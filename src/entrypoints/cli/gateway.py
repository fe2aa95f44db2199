"""`kondate gateway`."""

import json
import sys
import tempfile
from pathlib import Path

import click

from entrypoints.cli.running import environment
from entrypoints.gateway.errors import GatewayConfigError, PortInUseError
from entrypoints.gateway.process import run
from entrypoints.gateway.render import render
from entrypoints.http.app import edge_routes
from entrypoints.settings import Stage, read_settings

CANNOT_START = 2


@click.command()
@click.option("--render", "is_rendered", is_flag=True, help="Print Envoy's configuration as JSON and exit.")
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the configuration and the admin socket go.  [default: a new temporary folder]",
)
def command(*, is_rendered: bool, run_dir: Path | None) -> None:
    """Run Envoy on KONDATE_GATEWAY_PORT, in front of KONDATE_GATEWAY_UPSTREAMS.

    Its whole configuration is rendered from the routes' declarations and the settings.
    """
    settings = read_settings(environment())
    routes = edge_routes(with_docs=settings.stage is not Stage.PRODUCTION)
    folder = run_dir or Path(tempfile.mkdtemp(prefix="kondate-gateway-"))
    try:
        if is_rendered:
            click.echo(json.dumps(render(routes, settings, folder), indent=2))
            return
        run(settings, routes, folder)
    except (GatewayConfigError, PortInUseError) as error:
        click.echo(f"kondate: {error}", err=True)
        sys.exit(CANNOT_START)
