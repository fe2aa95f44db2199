"""Children as they really die, come back and are stopped."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from entrypoints.local.child import ChildSpec
from entrypoints.local.errors import LocalError
from entrypoints.local.probes import log_says
from entrypoints.local.supervisor import Supervisor, run_to_end
from tests.support.processes import is_alive, python, running_child

SERVE = "import time; print('serving', flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVE}"
WITH_A_CHILD = f"import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True); {SERVE}"


def spec(folder: Path, name: str, code: str) -> ChildSpec:
    environment = {"PATH": os.defpath}
    return ChildSpec(
        name=name,
        argv=python("-I", "-S", "-c", code),
        env=environment,
        log_file=folder / f"{name}.log",
        ready=log_says("serving"),
        ready_within_seconds=10,
    )


class Reports:
    """What a supervisor said, and a way to wait for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._waiting: list[asyncio.Event] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        for each in self._waiting:
            each.set()

    async def until(self, words: str) -> str:
        event = asyncio.Event()
        self._waiting.append(event)
        async with asyncio.timeout(10):
            while not (found := [line for line in self.lines if words in line]):
                event.clear()
                await event.wait()
        return found[0]


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
async def supervisor(reports: Reports) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(reports)
    yield supervisor
    await supervisor.stop(1)


def pid_of(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.pid(name)
    assert pid is not None
    return pid


async def test_a_killed_child_is_reported_and_comes_back(
    supervisor: Supervisor, reports: Reports, tmp_path: Path
) -> None:
    changes: list[int | None] = []
    supervisor.on_change = lambda: changes.append(supervisor.pid("api"))
    await supervisor.start(spec(tmp_path, "api", SERVE))
    first = pid_of(supervisor, "api")
    os.kill(first, signal.SIGKILL)
    line = await reports.until("ended")
    assert line == f"api ended (killed by SIGKILL); restart in 0.25 s; log: {tmp_path / 'api.log'}"
    await reports.until("is back")
    assert pid_of(supervisor, "api") != first
    assert changes == [supervisor.pid("api")]


async def test_what_a_restart_calls_for_is_done_again(supervisor: Supervisor, reports: Reports, tmp_path: Path) -> None:
    done: list[str] = []

    async def again() -> None:
        done.append("queues")

    await supervisor.start(replace(spec(tmp_path, "sqs", SERVE), on_restart=again))
    assert done == []
    os.kill(pid_of(supervisor, "sqs"), signal.SIGKILL)
    await reports.until("is back")
    assert done == ["queues"]


async def test_a_child_that_keeps_failing_waits_longer_each_time(
    supervisor: Supervisor, reports: Reports, tmp_path: Path
) -> None:
    once = f"import os, sys; os.path.exists('{tmp_path}/gone') and sys.exit(3); open('{tmp_path}/gone', 'w'); {SERVE}"
    await supervisor.start(spec(tmp_path, "worker", once))
    os.kill(pid_of(supervisor, "worker"), signal.SIGKILL)
    assert "exit code 3" in await reports.until("restart in 0.5 s")
    assert any("did not start: exit code 3" in line for line in reports.lines)


async def test_a_child_that_does_not_start_is_one_clear_line(supervisor: Supervisor, tmp_path: Path) -> None:
    broken = spec(tmp_path, "api", "import sys; print('KONDATE_ISSUER: missing'); sys.exit(2)")
    with pytest.raises(LocalError) as failure:
        await supervisor.start(spec(tmp_path, "worker", SERVE), broken)
    assert str(failure.value) == (
        f"api did not start: exit code 2 (KONDATE_ISSUER: missing); log: {tmp_path / 'api.log'}"
    )


async def test_a_program_that_is_missing_is_one_clear_line(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"no-such-program.*No such file"):
        await supervisor.start(replace(spec(tmp_path, "api", SERVE), argv=("no-such-program",)))


async def test_a_deaf_child_and_its_own_children_are_killed_in_time(supervisor: Supervisor, tmp_path: Path) -> None:
    deaf = replace(spec(tmp_path, "deaf", DEAF), grace_seconds=30)
    parent = spec(tmp_path, "parent", WITH_A_CHILD)
    await supervisor.start(deaf, parent)
    pids = [pid_of(supervisor, "deaf"), pid_of(supervisor, "parent")]
    pids.append(int((tmp_path / "parent.log").read_text(encoding="ascii").split()[0]))
    began = asyncio.get_running_loop().time()
    await supervisor.stop(within_seconds=1)
    assert asyncio.get_running_loop().time() - began < 2
    assert not [pid for pid in pids if is_alive(pid)]


async def test_higher_layers_are_stopped_first(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys\n"
        "def end(*_):\n"
        f"    print('{{}}', file=open('{order}', 'a')); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n" + SERVE
    )
    names = ["store", "server", "gateway"]
    specs = [replace(spec(tmp_path, name, code.format(name)), layer=layer) for layer, name in enumerate(names)]
    await supervisor.start(*specs)
    await supervisor.stop()
    assert order.read_text(encoding="ascii").split() == ["gateway", "server", "store"]


async def test_a_single_run_that_fails_says_so(tmp_path: Path) -> None:
    await run_to_end(spec(tmp_path, "migrate", "pass"))
    with pytest.raises(LocalError, match="migrate failed: exit code 1"):
        await run_to_end(spec(tmp_path, "migrate", "import sys; sys.exit(1)"))


def test_nothing_survives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from entrypoints.local.supervisor import Supervisor
from tests.integration.local.test_supervisor import DEAF, SERVE, spec

async def main() -> None:
    supervisor, folder = Supervisor(print), Path({str(tmp_path)!r})
    await supervisor.start(spec(folder, "deaf", DEAF), spec(folder, "plain", SERVE))
    print("pids", supervisor.pid("deaf"), supervisor.pid("plain"), "serving", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
    path = os.pathsep.join(str(Path(__file__).parents[3] / folder) for folder in ("", "src"))
    outer = replace(
        spec(tmp_path, "outer", ""), argv=python("-c", program), env={"PATH": os.defpath, "PYTHONPATH": path}
    )
    with running_child(outer) as child:
        pids = [int(pid) for pid in child.log().split() if pid.isdigit()]
        assert [is_alive(pid) for pid in pids] == [True, True]
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait()
        for pid in pids:
            while is_alive(pid):
                os.sched_yield()
