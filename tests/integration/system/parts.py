"""The running system as its users have it: `kondate up` in a folder of its own, and what it leaves to look at."""

import asyncio
import json
import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import msgspec

from entrypoints.local.child import ChildSpec
from entrypoints.local.data_folder import DataFolder
from entrypoints.local.probes import log_says
from entrypoints.local.trace_tree import SpanView
from tests.support.processes import PROJECT, RunningChild, python, running_child

PATIENCE_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.05
COMMAND_SECONDS = 50.0
SCOPES = "recipe:read recipe:write report:generate"
RICE: Mapping[str, Any] = {
    "name": "Rice",
    "ingredients": [{"lines": ["300 g rice", "360 ml water"]}],
    "steps": ["Cook it."],
    "yield": {"amount": 2},
    "category": "Side dish",
}
REPORT: Mapping[str, Any] = {"kind": "nutrition-summary"}

T = TypeVar("T")


def a_request_id() -> str:
    """Return an id that no other request has."""
    return f"test-{secrets.token_hex(12)}"


@dataclass(frozen=True, slots=True)
class RunningSystem:
    """One `kondate up`."""

    child: RunningChild
    folder: DataFolder
    state_file: Path

    def state(self) -> dict[str, Any]:
        """Return addresses and pids as the state file has them now."""
        state: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return state

    def environment(self) -> dict[str, str]:
        """Return the settings that tools join with."""
        settings: dict[str, str] = json.loads(self.folder.environment_file.read_text(encoding="utf-8"))
        return settings

    def token(self, subject: str, scope: str = SCOPES, *options: str) -> str:
        """Return a token as `kondate token` prints it."""
        done = kondate("token", "--sub", subject, "--scope", scope, "--data-dir", str(self.folder.path), *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @asynccontextmanager
    async def client(self, token: str | None) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client of the gateway."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        url = self.state()["gateway"]["url"]
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=10, trust_env=False) as client:
            yield client

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query."""
        connection = await asyncpg.connect(self.state()["postgres"]["dsn"])
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
        finally:
            await connection.close()
        return rows

    async def stored(self) -> tuple[int, ...]:
        """Return how many recipes, jobs and reports there are."""
        counts = "(SELECT count(*) FROM recipe), (SELECT count(*) FROM job), (SELECT count(*) FROM report)"
        [row] = await self.fetch(f"SELECT {counts}")
        return tuple(row)

    def logged(self, part: str, text: str) -> list[str]:
        """Return the lines in the log of a part that hold a text."""
        file = self.folder.log_file(part)
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
        return [line for line in lines if text in line]

    async def spans(self, trace_id: str) -> list[SpanView]:
        """Return what the trace receiver has of one trace by now."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            answer = await client.get(f"{self.environment()['KONDATE_OTLP_ENDPOINT']}/traces/{trace_id}")
        return msgspec.json.decode(answer.content, type=list[SpanView]) if answer.is_success else []


@contextmanager
def running_system(
    folder: Path, *options: str, settings: Mapping[str, str] | None = None, data: Path | None = None
) -> Iterator[RunningSystem]:
    """Run `kondate up` on this folder, ready from the first line on; its temporary files go there too."""
    data_folder, state_file, temporary = DataFolder(data or folder / "data"), folder / "state.json", folder / "tmp"
    temporary.mkdir(exist_ok=True)
    spec = ChildSpec(
        name="up",
        argv=python(
            *("-m", "entrypoints.cli", "up", "--data-dir", str(data_folder.path), "--state", str(state_file), *options)
        ),
        env={**child_environment(), "TMPDIR": str(temporary), **(settings or {})},
        log_file=folder / "up.log",
        ready=log_says("Ctrl-C stops everything."),
        ready_within_seconds=45,
    )
    with running_child(spec) as child:
        yield RunningSystem(child, data_folder, state_file)


def kondate(
    *arguments: str, settings: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a subcommand to its end."""
    return subprocess.run(
        python("-m", "entrypoints.cli", *arguments),
        env={**child_environment(), **(settings or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def child_environment() -> dict[str, str]:
    """Return what every process gets: nothing of the shell that the tests run in."""
    return {"PATH": os.defpath, "PYTHONPATH": str(PROJECT / "src")}


def pids_of(state: Mapping[str, Any]) -> list[int]:
    """Return every pid that a state names."""
    parts = [part for entry in state.values() for part in (entry if isinstance(entry, list) else [entry])]
    return [part["pid"] for part in parts]


async def until(look: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Return what is seen once it is anything; files and other systems announce nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    raise AssertionError(f"not seen in {seconds:g} s")


async def finished(client: httpx.AsyncClient, status_url: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """Return a job once it has ended; an answer that is an error meanwhile is none."""
    async with asyncio.timeout(seconds):
        while True:
            answer = await client.get(status_url)
            job: dict[str, Any] = answer.json() if answer.is_success else {}
            if "finishedAt" in job:
                return job
            await asyncio.sleep(LOOK_EVERY_SECONDS)
