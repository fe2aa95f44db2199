"""A real gateway for a test: rendered, started on free ports, stopped by its process id."""

import ctypes
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from entrypoints.edge import EdgeRoute
from entrypoints.gateway.process import envoy_command, write_config
from entrypoints.local.ports import free_port
from entrypoints.settings import Settings

READY_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A running gateway; `settings` are those it runs with, free ports filled in."""

    settings: Settings
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def url(self) -> str:
        """Return where clients reach it."""
        scheme = "https" if self.settings.gateway_tls_certificate else "http"
        return f"{scheme}://{self.settings.gateway_host}:{self.settings.gateway_port}"

    @property
    def metrics_url(self) -> str:
        """Return where operators reach it."""
        return f"http://127.0.0.1:{self.settings.gateway_metrics_port}"

    def logged(self, request_id: str, wait_seconds: float = 5.0) -> dict[str, Any]:
        """Return the access log line of one request, waiting for it to appear."""
        deadline = time.monotonic() + wait_seconds
        while time.monotonic() < deadline:
            for line in self.output.read_text(encoding="utf-8").splitlines():
                if f'"{request_id}"' in line:
                    found: dict[str, Any] = json.loads(line)
                    return found
            time.sleep(0.02)
        raise AssertionError(f"no log line for {request_id} in {self.output}")


@contextmanager
def running_gateway(
    routes: Sequence[EdgeRoute], settings: Settings, run_dir: Path, *, trusting: bool = False
) -> Iterator[Gateway]:
    """Start a gateway on free ports, wait until it serves, and stop it at the end.

    A `trusting` one sends requests to its replicas without asking how they are: where a test has one real API, a
    crowded machine would make it look dead for a moment.
    """
    placed = msgspec.structs.replace(settings, gateway_port=free_port(), gateway_metrics_port=free_port())
    config = write_config(routes=routes, settings=placed, run_dir=run_dir)
    if trusting:
        _trust_replicas(config)
    output = run_dir / "output.log"
    with (
        output.open("wb") as log,
        subprocess.Popen(
            envoy_command(config, workers=1),
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (one call into libc, no threads of ours hold locks it needs)
        ) as process,
    ):
        gateway = Gateway(settings=placed, process=process, output=output)
        try:
            _wait_until_ready(gateway)
            yield gateway
        finally:
            process.kill()
            process.wait()


def _trust_replicas(config: Path) -> None:
    content = json.loads(config.read_text(encoding="utf-8"))
    for cluster in content["static_resources"]["clusters"]:
        cluster.pop("health_checks", None)
        cluster.pop("outlier_detection", None)
    config.write_text(json.dumps(content), encoding="utf-8")


def die_with_parent() -> None:
    """Ask Linux to end the process that is about to start when the test run ends, however it ends."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def _wait_until_ready(gateway: Gateway) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if gateway.process.poll() is not None:
            break
        try:
            if httpx.get(f"{gateway.metrics_url}/ready", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"the gateway did not start: {gateway.output.read_text(encoding='utf-8')[-2000:]}")
