"""`kondate issuer`."""

import asyncio
from pathlib import Path

import click
import uvicorn

from entrypoints.cli.running import environment
from entrypoints.cli.serving import OrderlyServer
from entrypoints.local.issuer import create_issuer_app
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.settings import read_settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8085, show_default=True, help="Port on loopback.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".local/issuer"),
    show_default=True,
    help="Folder of the signing keys; made if missing.",
)
def command(*, port: int, keys: Path) -> None:
    """Sign real tokens with rotating keys and publish them, for stage local only.

    In every other stage KONDATE_ISSUER names a real one.
    """
    settings = read_settings(environment())
    app = create_issuer_app(KeyFolder(keys), settings.issuer, settings.audience[0], stage=settings.stage)
    asyncio.run(OrderlyServer(_config(app, port)).serve())


def _config(app: object, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
