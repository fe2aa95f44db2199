"""An import through a real API process and worker: how fast lines become recipes, and what that costs.

Usage: python -m benchmarks.imports [--recipes 50000] [--file FILE] [--dirt]

Without a file the recipes are made up by `benchmarks.corpus`, as schema.org lines. With `--dirt` lines of every bad
kind stand between them, over and over; then every bad line must be listed, and nothing else.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from benchmarks.corpus import Cook, fill, ingredients
from benchmarks.stack import Stack, running_stack
from benchmarks.usage import cpu_of_family, cpu_seconds
from tests.support.dirt import BAD

from adapters.wire.recipe_document import recipe_document
from entrypoints.linked_recipe import linked_recipe

GOAL_PER_SECOND = 1_500
DIRT_EVERY = 20
MOST_TOLD = 10_000
MIB = 1_048_576
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Lines:
    """What is imported, and the numbers of the bad lines in it."""

    body: bytes
    good: int
    bad: list[int]


def made_up(recipes: int, *, dirt: bool) -> Lines:
    """Return so many recipes as lines, with dirt between them or without."""
    kinds = cycle(line for line, _ in BAD.values())
    lines: list[bytes] = []
    bad: list[int] = []
    for number, recipe in enumerate(Cook(ingredients(), seed=2).recipes(recipes)):
        lines.append(linked_recipe(recipe_document(recipe)))
        if dirt and number % DIRT_EVERY == 0:
            lines.append(next(kinds))
            bad.append(len(lines))
    return Lines(b"\n".join(lines) + b"\n", recipes, bad)


def read(file: Path) -> Lines:
    """Return a file of good lines."""
    body = file.read_bytes()
    return Lines(body, len(body.splitlines()), [])


async def measure(stack: Stack, lines: Lines) -> None:
    """Import once and print what it took."""
    await fill(stack.dsn, recipes=0)
    api = await asyncio.to_thread(lambda: stack.api("api"))
    worker = await asyncio.to_thread(stack.worker)
    pids = {"API": api.child.pid, "worker": worker.pid, "PostgreSQL": stack.postgres.pid}
    headers = {"authorization": f"Bearer {stack.token('cook')}", "content-type": "application/x-ndjson"}
    url = f"http://127.0.0.1:{api.port}"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as client:
        before, began = _cpu(pids), time.perf_counter()
        accepted = await client.post("/import-recipes", content=_pieces(lines.body))
        assert accepted.status_code == 202, accepted.text
        sent = time.perf_counter() - began
        after_sending = _cpu(pids)
        job = await _ended(client, accepted.headers["location"])
        took = time.perf_counter() - began - sent
        result = (await client.get(job["resultsUrl"])).json()
        after = _cpu(pids)
    assert job["status"] == "succeeded", job
    _check(lines, result)
    print(f"{len(lines.body) / MIB:.1f} MiB, {lines.good:,} recipes, {len(lines.bad):,} bad lines\n")
    print("| step | s | API CPU s | worker CPU s | PostgreSQL CPU s |\n|---|---|---|---|---|")
    for step, seconds, one, other in (("send", sent, before, after_sending), ("import", took, after_sending, after)):
        costs = " | ".join(f"{other[name] - one[name]:.1f}" for name in pids)
        print(f"| {step} | {seconds:.1f} | {costs} |")
    rate = lines.good / took
    print(f"\n{rate:,.0f} recipes a second (goal {GOAL_PER_SECOND:,}); peak RSS: ", end="")
    print(", ".join(f"{name} {_peak(pids[name]):.0f} MiB" for name in ("API", "worker")))
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(stack.dsn)
    [row] = await connection.fetch(
        "SELECT count(*) AS lines, count(*) FILTER (WHERE status <> 'unresolved') AS resolved FROM recipe_line"
    )
    await connection.close()
    print(f"{row['lines']:,} ingredient lines, {row['resolved'] / max(1, row['lines']):.1%} resolved or to taste")


def _check(lines: Lines, result: dict[str, Any]) -> None:
    assert (result["added"] + result["known"], result["refused"]) == (lines.good, len(lines.bad)), result
    assert [problem["line"] for problem in result["problems"]] == lines.bad[:MOST_TOLD]


async def _pieces(body: bytes) -> Any:  # noqa: ANN401 (an asynchronous iterator)
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


async def _ended(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = (await client.get(url)).json()
        if "finishedAt" in job:
            return job
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _cpu(pids: dict[str, int]) -> dict[str, float]:
    return {name: cpu_of_family(pid) if name == "PostgreSQL" else cpu_seconds(pid) for name, pid in pids.items()}


def _peak(pid: int) -> float:
    """Return the most memory that was ever resident, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipes", type=int, default=50_000)
    parser.add_argument("--file", type=Path, help="NDJSON of schema.org recipes instead of made-up ones")
    parser.add_argument("--dirt", action="store_true", help="bad lines of every kind between the good ones")
    options = parser.parse_args()
    lines = read(options.file) if options.file else made_up(options.recipes, dirt=options.dirt)
    with running_stack() as stack:
        asyncio.run(measure(stack, lines))


if __name__ == "__main__":
    main()
