"""A process that was told to stop ends in time, whatever still holds it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

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


def test_stop_is_bounded_and_orderly_even_when_something_never_answers() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath, "PYTHONPATH": str(SOURCE)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
