"""The whole picture with real stores and stand-ins for our own processes: order, addresses, restarts, end."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from entrypoints.local.child import ChildSpec
from entrypoints.local.errors import LocalError
from entrypoints.local.picture import UpOptions, running_picture
from entrypoints.local.ports import is_free
from entrypoints.local.probes import log_says
from tests.support.processes import PROJECT, is_alive, python, running_child, sqs_program

Environment = Mapping[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Put a stand-in where our own processes look for the program."""
    package = tmp_path / "program" / "entrypoints" / "cli"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    stand_in = PROJECT / "tests" / "support" / "stand_in.py"
    (package / "__main__.py").write_text(stand_in.read_text(encoding="utf-8"), encoding="utf-8")
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(tmp_path / "program"),
        "STAND_IN_CALLS": str(tmp_path / "calls"),
    }


@pytest.fixture
def options(tmp_path: Path) -> UpOptions:
    return UpOptions(data_dir=tmp_path / "data", state_file=tmp_path / "state.json", sqs_program=sqs_program())


def read_state(options: UpOptions) -> dict[str, Any]:
    assert options.state_file is not None
    state: dict[str, Any] = json.loads(options.state_file.read_text(encoding="utf-8"))
    return state


def pids_of(state: dict[str, Any]) -> list[int]:
    parts = [part for entry in state.values() for part in (entry if isinstance(entry, list) else [entry])]
    inside = {os.getpid()}  # the issuer, where the picture runs in the test's own process
    return [part["pid"] for part in parts if part["pid"] not in inside]


async def test_everything_is_up_by_its_address_and_gone_at_the_end(
    environment: Environment, options: UpOptions, tmp_path: Path
) -> None:
    async with running_picture(environment, options, report=print):
        state = read_state(options)
        assert list(state) == ["gateway", "api", "worker", "relay", "postgres", "sqs", "issuer"]
        assert len(state["api"]) == 2
        assert state["relay"] == state["worker"]
        connection = await asyncpg.connect(state["postgres"]["dsn"])
        assert await connection.fetchval("SELECT current_database()") == "kondate"
        await connection.close()
        assert all(is_alive(pid) for pid in pids_of(state))
    calls = (tmp_path / "calls").read_text(encoding="ascii").split()
    assert sorted(calls) == ["api", "api", "gateway", "migrate", "worker"]
    assert calls.index("migrate") < calls.index("gateway")
    assert not [pid for pid in pids_of(state) if is_alive(pid)]
    assert not [url for url in [state["gateway"]["url"], state["sqs"]["endpoint"]] if not is_free(port_of(url))]
    assert not (tmp_path / "state.json").exists()
    assert not (tmp_path / "data" / "lock").exists()


async def test_a_killed_queue_endpoint_gets_its_queues_again(
    environment: Environment, options: UpOptions, tmp_path: Path
) -> None:
    back = asyncio.Event()

    def report(line: str) -> None:
        if line.startswith("sqs is back"):
            back.set()

    async with running_picture(environment, options, report):
        before = read_state(options)
        os.kill(before["sqs"]["pid"], signal.SIGKILL)
        async with asyncio.timeout(15):
            await back.wait()
        after = read_state(options)
    assert after["sqs"]["pid"] != before["sqs"]["pid"]
    assert after["sqs"]["endpoint"] == before["sqs"]["endpoint"]
    assert (tmp_path / "calls").read_text(encoding="ascii").split().count("migrate") == 2


async def test_a_second_one_on_the_same_data_is_refused(environment: Environment, options: UpOptions) -> None:
    async with running_picture(environment, options, report=print):
        state = read_state(options)
        with pytest.raises(LocalError, match="in use by another kondate"):
            async with running_picture(environment, options, report=print):
                pass
        assert read_state(options) == state


async def test_a_port_asked_for_by_name_and_taken_is_an_error(environment: Environment, options: UpOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = {**environment, "KONDATE_GATEWAY_PORT": str(server.getsockname()[1])}
        with pytest.raises(LocalError, match="KONDATE_GATEWAY_PORT"):
            async with running_picture(asked, options, report=print):
                pass


async def test_a_process_that_fails_at_the_start_leaves_nothing_running(
    environment: Environment, options: UpOptions, tmp_path: Path
) -> None:
    program = tmp_path / "program" / "entrypoints" / "cli" / "__main__.py"
    program.write_text("raise SystemExit('KONDATE_X: no such setting')\n", encoding="ascii")
    with pytest.raises(LocalError, match="KONDATE_X: no such setting"):
        async with running_picture(environment, options, report=print):
            pass
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_with_exit_code_zero(
    environment: Environment, options: UpOptions, tmp_path: Path, number: signal.Signals
) -> None:
    with running_child(replace(up_program(environment, options, tmp_path), stop_signal=number)) as child:
        state = read_state(options)
        text = child.log()
        assert f"{state['gateway']['url']}/docs" in text
        assert text.count("curl -s -H") == 3
        assert child.stop(within_seconds=10) == 0
    assert not [pid for pid in pids_of(state) if is_alive(pid)]
    assert not (tmp_path / "data" / "token").exists()
    assert not (tmp_path / "data" / "lock").exists()


def test_after_a_kill_nothing_runs_and_the_next_one_starts(
    environment: Environment, options: UpOptions, tmp_path: Path
) -> None:
    spec = up_program(environment, options, tmp_path)
    with running_child(spec) as child:
        pids = pids_of(read_state(options))
        child.kill()
    with running_child(spec) as child:
        assert not [pid for pid in pids if is_alive(pid)]
        assert child.stop() == 0


def up_program(environment: Environment, options: UpOptions, folder: Path) -> ChildSpec:
    """Return `up` as a process of its own; its children run the stand-in, it runs the real thing."""
    code = f"""
import asyncio, sys
from pathlib import Path
from entrypoints.local.picture import UpOptions
from entrypoints.local.up import up

options = UpOptions(data_dir=Path({str(options.data_dir)!r}), state_file=Path({str(options.state_file)!r}),
                    sqs_program=Path({str(options.sqs_program)!r}))
show = lambda text: print(text, flush=True)
asyncio.run(up({dict(environment)!r}, options, report=show, show=show))
"""
    return ChildSpec(
        name="up",
        argv=python("-c", code),
        env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT / "src")},
        log_file=folder / "up.log",
        ready=log_says("Ctrl-C stops everything."),
    )


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])
