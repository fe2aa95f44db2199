"""The `kondate gateway` process: Envoy as its child, drained before it ends, or put in the place of another gateway.

Envoy cuts off every request at SIGTERM, so the signal comes here and Envoy gets it when nothing is under way any more.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from entrypoints.edge import EdgeRoute
from entrypoints.gateway.admin import LOOK_EVERY_SECONDS, Admin, drained
from entrypoints.gateway.errors import ReplacementError
from entrypoints.gateway.operations import admin_socket
from entrypoints.gateway.process import DRAIN_SECONDS, check_ports, envoy_command, held, write_config
from entrypoints.gateway.validation import validate
from entrypoints.launch import Identity, launched
from entrypoints.settings import Settings, Stage

LOCAL_WORKERS = 2
LEAST_WORKERS_OF_HTTP3 = 2
"""With one thread the packets of clients whose gateway is being replaced would go to the new one, which knows no such
connection; with more of them Envoy tells the system to leave these clients where they are."""
READY_WITHIN_SECONDS = 20.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(settings: Settings, routes: Sequence[EdgeRoute], run_dir: Path, *, replaced: int | None = None) -> int:
    """Serve until a signal comes or Envoy ends; return the exit code.

    `replaced` is the process id of a gateway on the same port that is asked to stop once this one serves, so that no
    connection is dropped. Raises GatewayConfigError, RunDirInUseError, PortInUseError or
    ReplacementError, each with a message of one line, before a client could notice anything.
    """
    if replaced is not None and not _is_there(replaced):
        raise ReplacementError(f"--replaces: there is no process {replaced}")
    with held(run_dir):
        config = write_config(settings, routes, run_dir)
        validate(config)
        check_ports(settings, beside_another=replaced is not None)
        workers = workers_of(settings, processors=os.cpu_count() or 1)
        command = envoy_command(config, workers=workers, drain_seconds=_drain_seconds(settings))
        return asyncio.run(_serve(settings, command, Admin(admin_socket(run_dir)), replaced))


def workers_of(settings: Settings, *, processors: int) -> int | None:
    """Return how many threads serve clients; None is one for each processor."""
    if settings.stage is Stage.LOCAL:
        return LOCAL_WORKERS
    return LEAST_WORKERS_OF_HTTP3 if settings.gateway_http3 and processors < LEAST_WORKERS_OF_HTTP3 else None


async def _serve(settings: Settings, command: list[str], admin: Admin, replaced: int | None) -> int:
    stopping = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    # The same group: who freezes or kills that means all of the gateway.
    envoy = await asyncio.create_subprocess_exec(
        *launched(command, death_signal=signal.SIGKILL, identity=Identity.SELF)
    )
    ended, asked = asyncio.create_task(envoy.wait()), asyncio.create_task(stopping.wait())
    try:
        if replaced is not None:
            await _take_over(admin, envoy, replaced)
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            grace = settings.shutdown_grace_seconds
            await drained(admin, drain_seconds=_drain_seconds(settings), within_seconds=grace)
    finally:
        asked.cancel()
        if envoy.returncode is None:
            envoy.send_signal(signal.SIGTERM)
        code = await ended
    return code if code >= 0 else 128 - code


async def _take_over(admin: Admin, envoy: asyncio.subprocess.Process, replaced: int) -> None:
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            while not await admin.is_ready():
                if envoy.returncode is not None:
                    raise ReplacementError(f"--replaces: Envoy ended, process {replaced} goes on serving")
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise ReplacementError(f"--replaces: not ready in time, process {replaced} goes on serving") from None
    os.kill(replaced, signal.SIGTERM)


def _drain_seconds(settings: Settings) -> float:
    """Return how much of the grace period goes to telling clients: the rest is for what they have under way."""
    return min(DRAIN_SECONDS, settings.shutdown_grace_seconds / 4)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    return True
