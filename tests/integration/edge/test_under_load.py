"""Replicas are killed, the issuer is stopped and its keys rotate, all under load: what clients see of it."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import pytest

from entrypoints.http.app import edge_routes
from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import free_port
from entrypoints.local.probes import http_answers
from tests.integration.gateway.parts import SCOPES, Upstream, bearer, running_key_server, settings_for
from tests.support.envoy import Gateway, running_gateway
from tests.support.processes import PROJECT, RunningChild, python, running_child
from tests.support.tokens import TestIssuer

REPLICAS = 3
PATIENCE_SECONDS = 40.0
PAUSE_SECONDS = 0.005
PACE_SECONDS = 0.5


class MovingIssuer(TestIssuer):
    """An issuer that can go away, and that publishes new keys beside the old ones before it uses them."""

    def __init__(self) -> None:
        super().__init__(algorithms=("ES256",))
        self.is_up = True
        self.fetches = 0
        self.former: list[dict[str, object]] = []

    def document(self) -> bytes:
        """Return the old keys and the new; hang up while away."""
        self.fetches += 1
        if not self.is_up:
            raise ConnectionAbortedError
        return json.dumps({"keys": [*self.former, *(self.public_key(name) for name in self.keys)]}).encode()

    def publish_next(self) -> None:
        """Make new keys, and keep the old ones published."""
        self.former = [self.public_key(name) for name in self.keys]
        self.rotate()


@dataclass
class Load:
    """Clients that each send one request after the other, and what became of these."""

    url: str
    token: str
    over: threading.Event = field(default_factory=threading.Event)
    seen: dict[str, Counter[str]] = field(default_factory=dict)

    def ask(self, name: str, method: str, path: str) -> None:
        """Send requests until the load is over."""
        seen = self.seen.setdefault(name, Counter())
        with httpx.Client(base_url=self.url, trust_env=False, timeout=20) as client:
            while not self.over.wait(PAUSE_SECONDS):
                try:
                    seen[str(client.request(method, path, headers=bearer(self.token)).status_code)] += 1
                except httpx.TransportError as error:
                    seen[type(error).__name__] += 1


@contextmanager
def running_replicas(folder: Path) -> Iterator[list[tuple[Upstream, RunningChild]]]:
    """Run replicas that can be killed."""
    with ExitStack() as until:
        started = []
        for number in range(REPLICAS):
            port = free_port()
            spec = ChildSpec(
                name=f"replica-{number}",
                argv=python("-m", "tests.support.replica", str(port)),
                env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT)},
                log_file=folder / f"replica-{number}.log",
                ready=http_answers(f"http://127.0.0.1:{port}/"),
            )
            started.append((Upstream(port=port), until.enter_context(running_child(spec))))
        yield started


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "not seen in time"
        time.sleep(0.02)


def goes_on(load: Load, gateway: Gateway) -> None:
    """Let the load run for a while."""
    before = sum(counts.total() for counts in load.seen.values())
    time.sleep(PACE_SECONDS)
    until(lambda: sum(counts.total() for counts in load.seen.values()) > before + 50)
    assert gateway.process.poll() is None


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str]]:
    """Run the whole story once and return what each client saw."""
    folder, issuer = tmp_path_factory.mktemp("load"), MovingIssuer()
    with ExitStack() as running:
        replicas = running.enter_context(running_replicas(folder))
        settings = settings_for(
            running.enter_context(running_key_server(issuer)), *(upstream for upstream, _ in replicas)
        )
        unlimited = msgspec.structs.replace(settings, rate_burst=1_000_000, rate_address_burst=1_000_000)
        gateway = running.enter_context(running_gateway(edge_routes(with_docs=True), unlimited, folder))
        load = Load(gateway.url, issuer.token(claims={"sub": "cook-1", "scope": SCOPES}))
        clients = running.enter_context(ThreadPoolExecutor(4))
        running.callback(load.over.set)
        work = [
            clients.submit(load.ask, name, *request)
            for name, request in {
                "reader 1": ("GET", "/recipe/1"),
                "reader 2": ("GET", "/recipe/2"),
                "writer 1": ("POST", "/recipes"),
                "writer 2": ("POST", "/recipes"),
            }.items()
        ]
        goes_on(load, gateway)
        replicas[0][1].process.send_signal(signal.SIGKILL)
        goes_on(load, gateway)

        issuer.is_up = False
        known = issuer.fetches
        until(lambda: issuer.fetches > known)  # The gateway wanted the keys, and was turned away.
        replicas[1][1].process.send_signal(signal.SIGKILL)
        goes_on(load, gateway)

        issuer.publish_next()
        issuer.is_up = True
        following = issuer.token(claims={"sub": "cook-2", "scope": SCOPES})
        until(lambda: httpx.get(f"{gateway.url}/recipe/1", headers=bearer(following), trust_env=False).is_success)
        load.token = following
        issuer.former = []
        goes_on(load, gateway)
        load.over.set()
        for each in work:
            each.result()
    return load.seen


def test_no_read_fails(seen: dict[str, Counter[str]]) -> None:
    assert {name: set(counts) for name, counts in seen.items() if "reader" in name} == {
        "reader 1": {"200"},
        "reader 2": {"200"},
    }


def test_a_killed_replica_costs_a_client_at_most_one_write(seen: dict[str, Counter[str]]) -> None:
    killed = 2
    failed = {name: counts.total() - counts["200"] for name, counts in seen.items() if "writer" in name}

    assert max(failed.values()) <= killed, seen
    assert min(counts["200"] for counts in seen.values()) > 50
