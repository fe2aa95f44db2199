"""Many listeners in one Envoy, each rendered and then changed in its own way, before one API that tells what it got."""

import copy
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from entrypoints.edge import EdgeRoute
from entrypoints.gateway.process import envoy_command
from entrypoints.gateway.render import render
from entrypoints.local.ports import Ports, free_port
from entrypoints.settings import Settings
from tests.support.envoy import die_with_parent

READY_SECONDS = 120.0

Manager = dict[str, Any]
"""The connection manager of a listener, as rendered: filters, routes, hardening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One listener: the settings that it is rendered with, and what is done to it afterwards."""

    settings: Settings
    change: Callable[[Manager], object] | None = None


@contextmanager
def running_listeners(
    routes: list[EdgeRoute], variants: Mapping[str, Variant], folder: Path
) -> Iterator[Mapping[str, int]]:
    """Run one Envoy with a listener a variant; give their ports. Each has buckets and keys of its own."""
    first = next(iter(variants.values())).settings
    free = Ports()  # asked so often by itself, the system gives one port twice
    base = msgspec.structs.replace(first, gateway_metrics_port=free.usual_or_free(free_port()))
    ports = {name: free.usual_or_free(free_port()) for name in variants}
    config: Any = render(routes, base, folder)
    listeners = [_listener(routes, name, variant, ports[name], folder) for name, variant in variants.items()]
    config["static_resources"]["listeners"] = [*listeners, *config["static_resources"]["listeners"][1:]]
    for cluster in config["static_resources"]["clusters"]:
        # Setting up so many listeners takes longer than a health check may: the API would begin as unhealthy.
        cluster.pop("health_checks", None)
    file, log = folder / "listeners.json", folder / "listeners.log"
    file.write_text(json.dumps(config), encoding="utf-8")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            envoy_command(file, workers=1),
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (one call into libc, no threads of ours hold locks it needs)
        ) as process,
    ):
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{base.gateway_metrics_port}/ready", log)
            yield ports
        finally:
            process.kill()
            process.wait()


def manager_of(listener: dict[str, Any]) -> Manager:
    """Return the connection manager of a rendered listener."""
    manager: Manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return manager


def _listener(routes: list[EdgeRoute], name: str, variant: Variant, port: int, folder: Path) -> dict[str, Any]:
    placed = msgspec.structs.replace(variant.settings, gateway_port=port)
    rendered: Any = render(routes, placed, folder)
    listener: dict[str, Any] = copy.deepcopy(rendered["static_resources"]["listeners"][0])
    listener["name"] = name
    if variant.change is not None:
        variant.change(manager_of(listener))
        assert listener != {**rendered["static_resources"]["listeners"][0], "name": name}, f"{name} changes nothing"
    return listener


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"Envoy did not start: {log.read_text(encoding='utf-8')[-2000:]}")
