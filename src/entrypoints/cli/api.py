"""`kondate api`."""

import click
import uvicorn

from entrypoints.cli.running import environment, keep_for_good, run
from entrypoints.cli.serving import OrderlyServer
from entrypoints.container import hearing_of_changes, open_container, with_faults
from entrypoints.http.app import create_app
from entrypoints.settings import Settings, read_settings

KEEP_ALIVE_SECONDS = 75
"""Longer than the gateway keeps an idle connection, so that it is never the API that hangs up first."""
BACKLOG = 2_048


@click.command()
def command() -> None:
    """Serve the HTTP API on KONDATE_API_HOST and KONDATE_API_PORT.

    Needs KONDATE_DATABASE_URL and KONDATE_ISSUER; KONDATE_SQS_ENDPOINT unless the queue is AWS itself.
    SIGTERM stops it: requests under way are finished within KONDATE_SHUTDOWN_GRACE_SECONDS.
    """
    settings = read_settings(environment())
    run(lambda: serve(settings))


async def serve(settings: Settings) -> None:
    """Serve until a signal comes."""
    async with open_container(settings, "api") as container, hearing_of_changes(container):
        app = with_faults(container, create_app(container.api(), with_docs=settings.shows_docs()))
        config = uvicorn.Config(
            app,
            host=settings.api_host,
            port=settings.api_port,
            http="httptools",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=settings.shutdown_grace_seconds,
        )
        keep_for_good()
        await OrderlyServer(config, container.job_watch().stop).serve()
