"""`kondate relay`."""

import asyncio

import click

from entrypoints.cli.running import environment, keep_for_good, run, stop_signal
from entrypoints.container import open_container, open_queues
from entrypoints.settings import Settings, read_settings


@click.command()
def command() -> None:
    """Move messages from the outbox to the queue; any number of relays may run.

    Workers do this themselves unless KONDATE_WORKER_RELAY is false.
    """
    settings = read_settings(environment())
    run(lambda: move(settings))


async def move(settings: Settings) -> None:
    """Move messages until a signal comes."""
    async with open_container(settings, "relay") as container, open_queues(container):
        # Not before: until then there is nothing to end in order, and a signal just ends it.
        stop = stop_signal(within_seconds=settings.shutdown_grace_seconds)
        moving = asyncio.create_task(container.relay_loop().run())
        keep_for_good()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([moving, stopping], return_when=asyncio.FIRST_COMPLETED)
        moving.cancel()
        stopping.cancel()
        await asyncio.gather(moving, stopping, return_exceptions=True)
