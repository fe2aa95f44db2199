"""`kondate traces`."""

import asyncio

import click
import uvicorn

from entrypoints.cli.serving import OrderlyServer
from entrypoints.local.traces import create_traces_app


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=4318, show_default=True, help="Port on loopback.")
def command(*, port: int) -> None:
    """Receive traces by OTLP/HTTP, keep the newest in memory and show them at /traces, for stage local."""
    config = uvicorn.Config(
        create_traces_app(),
        host="127.0.0.1",
        port=port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    asyncio.run(OrderlyServer(config).serve())
