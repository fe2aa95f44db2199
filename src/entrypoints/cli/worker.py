"""`kondate worker`."""

import asyncio

import click

from entrypoints.cli.running import environment, run, stop_signal
from entrypoints.container import open_container, open_queues
from entrypoints.settings import Settings, read_settings


@click.command()
def command() -> None:
    """Run deferred commands and follow events, up to KONDATE_WORKER_CONCURRENCY of each at once.

    With KONDATE_WORKER_RELAY (the default) it also moves messages from the outbox to the queue.
    SIGTERM stops it: work under way is finished, or handed back, within KONDATE_SHUTDOWN_GRACE_SECONDS.
    """
    settings = read_settings(environment())
    run(lambda: work(settings))


async def work(settings: Settings) -> None:
    """Work until a signal comes."""
    stop = stop_signal()
    async with open_container(settings, "worker") as container, open_queues(container):
        relay = asyncio.create_task(container.relay_loop().run()) if settings.worker_relay else None
        try:
            await container.worker().run(stop)
        finally:
            if relay is not None:
                relay.cancel()
                await asyncio.gather(relay, return_exceptions=True)
