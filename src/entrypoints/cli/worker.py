"""`kondate worker`."""

import asyncio
from collections.abc import Coroutine

import click

from entrypoints.cli.running import environment, keep_for_good, run, stop_signal
from entrypoints.cli.serving import serve_health
from entrypoints.container import open_container, open_queues
from entrypoints.settings import Settings, read_settings

HAND_BACK_SECONDS = 3
"""What handing back unfinished work may take after the grace period."""


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
    async with open_container(settings, "worker") as container, open_queues(container):
        # Not before: until then there is nothing to end in order, and a signal just ends it.
        stop = stop_signal(within_seconds=settings.shutdown_grace_seconds + HAND_BACK_SECONDS)
        beside: list[Coroutine[None, None, None]] = [container.upkeep_loop().run()]
        if settings.worker_relay:
            beside.append(container.relay_loop().run())
        if settings.worker_port is not None:
            beside.append(serve_health(container.worker_health(), settings.api_host, settings.worker_port))
        tasks = [asyncio.create_task(work) for work in beside]
        worker = container.worker()
        keep_for_good()
        try:
            await worker.run(stop)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
