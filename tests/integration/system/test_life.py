"""How the running system begins and ends: nothing is left behind, and the next one goes on with the data."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from entrypoints.local.ports import is_free
from tests.integration.system.parts import RICE, RunningSystem, kondate, pids_of, running_system
from tests.support.processes import is_alive

SHARED_MEMORY = re.compile(r"/dev/shm/\S+")  # noqa: S108 (looked at, not written to)


@dataclass(frozen=True, slots=True)
class FirstLife:
    """What was seen of a system that was started, used and stopped."""

    folder: Path
    recipe: str
    exit_code: int
    stop_seconds: float
    stream_ended: str
    """How a stream of events ended that was open at the stop."""
    shared_memory: set[Path]
    left: list[object]
    """Processes, ports and files that were still there once it had stopped; a second life may begin right after."""
    refused: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def first_life(tmp_path_factory: pytest.TempPathFactory) -> FirstLife:
    """Run a system, publish a recipe, try to start another on its folder, and stop it."""
    folder = tmp_path_factory.mktemp("life")
    with running_system(folder) as system:
        state = system.state()
        shared_memory = shared_memory_of(pids_of(state))
        token = system.token("alice")
        answer = publish(system, token)
        refused = kondate("up", "--data-dir", str(system.folder.path))
        with listening_to_a_long_job(system) as stream:
            began = time.monotonic()
            exit_code = system.child.stop(within_seconds=15)
            stop_seconds = time.monotonic() - began
            stream_ended = rest_of(stream)
    addresses = [state["gateway"]["url"], state["sqs"]["endpoint"], state["issuer"]["url"], state["postgres"]["dsn"]]
    ports = [urlsplit(address).port or 0 for address in [*addresses, *(api["url"] for api in state["api"])]]
    data = folder / "data"
    files = [data / "lock", data / "token", data / "environment.json", folder / "state.json", *shared_memory]
    return FirstLife(
        folder=folder,
        recipe=answer.headers["location"],
        exit_code=exit_code,
        stop_seconds=stop_seconds,
        stream_ended=stream_ended,
        shared_memory=shared_memory,
        left=[
            *(pid for pid in pids_of(state) if is_alive(pid)),
            *(port for port in ports if not is_free(port)),
            *(file for file in files if file.exists()),
            *(folder / "tmp").iterdir(),
        ],
        refused=refused,
    )


@pytest.fixture(scope="module")
def second_life(first_life: FirstLife) -> Iterator[RunningSystem]:
    """Start again on the same data."""
    with running_system(first_life.folder) as system:
        yield system


def shared_memory_of(pids: list[int]) -> set[Path]:
    """Return what these processes share with others through the memory file system."""
    maps = [Path(f"/proc/{pid}/maps").read_text(encoding="utf-8") for pid in pids]
    return {Path(name) for text in maps for name in SHARED_MEMORY.findall(text)}


def publish(system: RunningSystem, token: str) -> httpx.Response:
    """Publish a recipe."""
    headers = {"authorization": f"Bearer {token}"}
    return httpx.post(f"{system.state()['gateway']['url']}/recipes", json=RICE, headers=headers, trust_env=False)


@contextmanager
def listening_to_a_long_job(system: RunningSystem) -> Iterator[httpx.Response]:
    """Follow a job that lasts a minute, at the API itself: no gateway stands between the stream and the stop."""
    headers = {"authorization": f"Bearer {system.token('alice', 'drill:run')}"}
    drill = {"drillId": "long", "seconds": 60}
    with httpx.Client(base_url=system.state()["api"][0]["url"], headers=headers, timeout=30, trust_env=False) as client:
        job = client.post("/drills", json=drill).headers["location"]
        with client.stream("GET", f"{job}/events") as stream:
            yield stream


def rest_of(stream: httpx.Response) -> str:
    """Return how a stream ends: `in order`, or the error."""
    try:
        lines = list(stream.iter_lines())
    except httpx.TransportError as error:
        return repr(error)
    return "in order" if any(line.startswith("data: ") for line in lines) else "without an event"


def test_a_stop_ends_streams_in_order(first_life: FirstLife) -> None:
    assert first_life.stream_ended == "in order"


def test_sigterm_ends_it_well_within_ten_seconds(first_life: FirstLife) -> None:
    assert first_life.exit_code == 0
    assert first_life.stop_seconds < 10


def test_no_process_port_lock_or_file_is_left(first_life: FirstLife) -> None:
    assert first_life.shared_memory  # PostgreSQL always has some while it runs
    assert not first_life.left


def test_a_second_one_on_the_same_folder_is_refused_in_one_line(first_life: FirstLife) -> None:
    assert first_life.refused.returncode == 2
    assert first_life.refused.stdout == ""
    [line] = first_life.refused.stderr.splitlines()
    assert line.startswith("kondate: ")
    assert "in use by another kondate" in line


def test_the_next_one_has_the_recipes_of_the_last(first_life: FirstLife, second_life: RunningSystem) -> None:
    headers = {"authorization": f"Bearer {second_life.token('bob', 'recipe:read')}"}
    url = f"{second_life.state()['gateway']['url']}{first_life.recipe}"
    answer = httpx.get(url, headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["name"]) == (200, "Rice")


def test_a_token_of_the_last_one_is_still_good(second_life: RunningSystem) -> None:
    """The issuer's keys are part of the data."""
    assert publish(second_life, second_life.token("alice")).status_code == 201


@pytest.mark.parametrize(
    ("arguments", "settings", "line"),
    [
        (("up",), {"KONDATE_STAGE": "nowhere"}, "KONDATE_STAGE"),
        (("up",), {"KONDATE_STAGE": "production"}, "KONDATE_STAGE"),
        (("up",), {"KONDATE_GATEWAY_PORT": "http"}, "KONDATE_GATEWAY_PORT"),
        (("up",), {"KONDATE_WORKER_CONCURRENCY": "0"}, "KONDATE_WORKER_CONCURRENCY"),
        (("up",), {"KONDATE_TRACE_RATIO": "2"}, "KONDATE_TRACE_RATIO"),
        (("up",), {"KONDATE_DATABSE_URL": "postgres://x"}, "KONDATE_DATABSE_URL: no such setting"),
        (("api",), {}, "KONDATE_DATABASE_URL: this setting is required"),
        (("worker",), {"KONDATE_DATABASE_URL": "postgres://x"}, "KONDATE_ISSUER: this setting is required"),
        (("migrate",), {"KONDATE_DATABASE_URL": "mysql://x", "KONDATE_ISSUER": "http://i"}, "KONDATE_DATABASE_URL"),
        (("token", "--sub", "alice"), {}, "KONDATE_DATABASE_URL: this setting is required"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], line: str
) -> None:
    done = kondate(*arguments, settings=settings, folder=tmp_path)
    assert done.returncode == 2
    [told] = done.stderr.splitlines()
    assert told.startswith(f"kondate: {line}")
