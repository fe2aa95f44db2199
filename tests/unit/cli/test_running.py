"""A process that was told to stop ends in time, whatever still holds it."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.cli.running import keep_for_good

SOURCE = Path(__file__).parents[3] / "src"
STUBBORN = """
import asyncio
from entrypoints.cli.running import run, stop_signal

async def work():
    stop = stop_signal(within_seconds=0.2)
    print("ready", flush=True)
    await stop.wait()
    await asyncio.Event().wait()  # as a database that never answers would hold it

run(work)
"""

STUBBORN_SERVER = """
import asyncio
import uvicorn
from entrypoints.cli.running import run
from entrypoints.cli.serving import OrderlyServer

class Server(OrderlyServer):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("ready", flush=True)

async def app(scope, receive, send):
    pass

async def work():
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=0)
    await Server(config, closing_seconds=0.2).serve()
    await asyncio.Event().wait()  # as a pool that waits for its connections would hold it

run(work)
"""


@pytest.mark.parametrize("program", [STUBBORN, STUBBORN_SERVER], ids=["worker", "server"])
def test_stop_is_bounded_and_orderly_even_when_something_never_answers(program: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath, "PYTHONPATH": str(SOURCE)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_what_a_server_has_built_is_collected_no_more_and_what_comes_later_is() -> None:
    keep_for_good()
    try:
        kept = gc.get_freeze_count()
        later: list[list[object]] = [[]]
        later[0].append(later)
        assert kept > 0
        assert any(each is later for each in gc.get_objects())
    finally:
        gc.unfreeze()
