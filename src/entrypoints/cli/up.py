"""`kondate up`."""

import asyncio
from pathlib import Path

import click

from entrypoints.cli.joining import DEFAULT_FOLDER
from entrypoints.cli.running import environment
from entrypoints.local.picture import UpOptions
from entrypoints.local.up import up


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where data, keys and logs are kept; a second start goes on with them.",
)
@click.option(
    "--state",
    "state_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write addresses and pids to this JSON file, once all is ready.",
)
@click.option("--replicas", type=click.IntRange(1, 16), default=2, show_default=True, help="API processes.")
@click.option("--tls", is_flag=True, help="Serve the gateway over TLS, with a certificate made at the first start.")
def command(*, data_dir: Path, state_file: Path | None, replicas: int, tls: bool) -> None:
    """Run the whole picture on loopback until Ctrl-C: gateway, API, worker, database, queue, issuer, traces.

    Each part can be replaced by a real one through its address: KONDATE_DATABASE_URL, KONDATE_SQS_ENDPOINT,
    KONDATE_ISSUER, KONDATE_OTLP_ENDPOINT. Needs no settings, no root and no network.
    """
    options = UpOptions(data_dir=data_dir, state_file=state_file, api_replicas=replicas, tls=tls)
    asyncio.run(up(environment(), options, report=_report, show=click.echo))


def _report(line: str) -> None:
    click.echo(f"kondate: {line}", err=True)
