"""How a gateway ends, and how another takes its place: nothing that a client has under way is cut off."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import free_port
from entrypoints.local.probes import http_answers
from tests.integration.gateway.parts import Upstream
from tests.support.processes import PROJECT, RunningChild, is_alive, python, running_child
from tests.support.tokens import ISSUER

GRACE_SECONDS = 8


class Served:
    """A `kondate gateway`, and where it is."""

    def __init__(self, child: RunningChild, port: int) -> None:
        self.child = child
        self.url = f"http://127.0.0.1:{port}"


@contextmanager
def serving(folder: Path, upstream: Upstream, key_set_url: str, port: int, *options: str) -> Iterator[Served]:
    """Run the subcommand until the end of the block."""
    metrics_port = free_port()
    folder.mkdir(exist_ok=True)
    spec = ChildSpec(
        name="gateway",
        argv=python("-m", "entrypoints.cli", "gateway", "--run-dir", str(folder), *options),
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(PROJECT / "src"),
            "KONDATE_DATABASE_URL": "postgresql://unused",
            "KONDATE_ISSUER": ISSUER,
            "KONDATE_JWKS_URL": key_set_url,
            "KONDATE_GATEWAY_PORT": str(port),
            "KONDATE_GATEWAY_METRICS_PORT": str(metrics_port),
            "KONDATE_GATEWAY_UPSTREAMS": upstream.address,
            "KONDATE_RATE_ADDRESS_BURST": "100000",
            "KONDATE_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        },
        log_file=folder / "gateway.log",
        ready=http_answers(f"http://127.0.0.1:{metrics_port}/ready"),
    )
    with running_child(spec) as child:
        yield Served(child, port)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and not yet seen end."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def test_sigterm_finishes_what_is_under_way_and_ends_with_0(
    upstream: Upstream, key_set_url: str, tmp_path: Path
) -> None:
    with serving(tmp_path, upstream, key_set_url, free_port()) as gateway, ThreadPoolExecutor(1) as pool:
        before = len(upstream.received)
        slow = pool.submit(httpx.get, f"{gateway.url}/docs?wait=1.5", trust_env=False)
        while len(upstream.received) == before:
            time.sleep(0.01)
        gateway.child.process.send_signal(signal.SIGTERM)
        answer = slow.result()
        code = gateway.child.process.wait(GRACE_SECONDS + 10)

    assert answer.status_code == 200
    assert answer.headers["Connection"] == "close"
    assert code == 0


def test_without_clients_sigterm_ends_it_at_once(upstream: Upstream, key_set_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, upstream, key_set_url, free_port()) as gateway:
        [envoy] = children_of(gateway.child.pid)
        began = time.monotonic()
        code = gateway.child.stop(within_seconds=GRACE_SECONDS)
        seconds = time.monotonic() - began

    assert code == 0
    assert seconds < GRACE_SECONDS
    assert not is_alive(envoy)


def test_envoy_does_not_outlive_its_killed_parent(upstream: Upstream, key_set_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, upstream, key_set_url, free_port()) as gateway:
        [envoy] = children_of(gateway.child.pid)
        os.kill(gateway.child.pid, signal.SIGKILL)
        gateway.child.process.wait()
        deadline = time.monotonic() + 10
        while is_alive(envoy) and time.monotonic() < deadline:
            time.sleep(0.02)

        assert not is_alive(envoy)


def test_another_gateway_takes_over_without_a_failed_request(
    upstream: Upstream, key_set_url: str, tmp_path: Path
) -> None:
    port, asking, answered = free_port(), threading.Event(), Counter[int]()

    def ask() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            while not asking.is_set():
                answered[client.get("/docs").status_code] += 1

    with serving(tmp_path / "old", upstream, key_set_url, port) as old, ThreadPoolExecutor(2) as pool:
        clients = [pool.submit(ask) for _ in range(2)]
        try:
            with serving(tmp_path / "new", upstream, key_set_url, port, "--replaces", str(old.child.pid)) as new:
                code = old.child.process.wait(GRACE_SECONDS + 20)
                after = answered.total()
                while answered.total() < after + 20:
                    time.sleep(0.02)
                asking.set()
                for client in clients:
                    client.result()
                assert new.child.process.poll() is None
        finally:
            asking.set()

    assert code == 0
    assert set(answered) == {200}


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--replaces", "4194303"], "there is no process 4194303"), (["--replaces", "1x"], "not a valid integer")],
)
def test_a_replacement_for_nobody_is_refused_in_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    done = subprocess.run(
        python("-m", "entrypoints.cli", "gateway", "--run-dir", str(tmp_path), *options),
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(PROJECT / "src"),
            "KONDATE_DATABASE_URL": "postgresql://unused",
            "KONDATE_ISSUER": ISSUER,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
