"""How a long-running subcommand runs: its event loop, its signals, its last words."""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping

import click
import uvloop

from application.ports.queue import QueueUnavailableError
from application.ports.unit_of_work import ForgetfulStorageError, StorageUnavailableError

UNAVAILABLE = 1


def environment() -> Mapping[str, str]:
    """Return the process's environment: the only place where it is read."""
    return os.environ  # noqa: TID251 (this is that place)


def run(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run to the end; a part that cannot be used at the start is one line on stderr and exit code 1."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
    except (StorageUnavailableError, QueueUnavailableError) as error:
        click.echo(f"kondate: {_part(error)} cannot be reached: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except ForgetfulStorageError as error:
        click.echo(f"kondate: the database may forget commits: {error} (KONDATE_DATABASE_MAY_FORGET)", err=True)
        sys.exit(UNAVAILABLE)


def keep_for_good() -> None:
    """Leave out of garbage collection what a server has built before its first request.

    None of it is ever freed, and to look through it all stops the process for some tenth of a second.
    """
    gc.collect()
    gc.freeze()


def stop_signal(*, within_seconds: float) -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set; the process ends within this time from then, whatever happens."""
    stop = asyncio.Event()

    def begin() -> None:
        stop.set()
        end_process(within_seconds=within_seconds)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, begin)
    return stop


def end_process(*, within_seconds: float) -> None:
    """Let this process end in order if it does so within this time, and end it then.

    A database that does not answer would otherwise hold each open connection for its own timeout. Cutting them is
    safe: what is not committed is done again, as after any crash.
    """
    end = threading.Timer(within_seconds, os._exit, (0,))
    end.daemon = True
    end.start()


def _part(error: Exception) -> str:
    return "the database" if isinstance(error, StorageUnavailableError) else "the queue"
