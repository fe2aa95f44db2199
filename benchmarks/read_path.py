"""GET /recipe/{id} on one API process against the bare limit, in interleaved rounds of one run.

Usage: python -m benchmarks.read_path [--rounds N] [--requests N] [--recipes N]
"""

import argparse
import asyncio
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import asyncpg
import uvloop
from benchmarks.load import connect, fire, get
from benchmarks.probes import accepts
from benchmarks.stack import Server, Stack, port_of, running_stack, traces
from benchmarks.usage import cpu_seconds
from benchmarks.wire_tap import tapped

from entrypoints.local.ports import LOOPBACK, free_port

CONNECTIONS = 16
UNCACHED = {"KONDATE_CACHE_BYTES": "0", "KONDATE_DATABASE_POOL_SIZE": "5"}
"""All these servers run at once, and together they must not ask for more connections than the database has."""
COUNTED_REQUESTS = 200
MULTIPLY = """
INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
SELECT gen_random_uuid(), owner, version, status, category, tags, document, created_at, updated_at
FROM recipe
CROSS JOIN generate_series(1, $1 / 89)
"""


@dataclass(slots=True)
class Variant:
    """One server, and what its rounds measured."""

    name: str
    server: Server
    cpu_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)

    async def round(self, requests: Sequence[bytes]) -> None:
        """Send the requests once."""
        pid = self.server.child.pid
        before = cpu_seconds(pid)
        seconds = await fire(self.server.port, iter(requests), connections=CONNECTIONS, expected=200)
        self.cpu_us.append((cpu_seconds(pid) - before) / len(requests) * 1e6)
        self.per_second.append(len(requests) / seconds)


def start_variants(stack: Stack) -> list[Variant]:
    """Start the bare server and the API in each setting."""
    port = free_port()
    bare = stack.start("bare", ("benchmarks.bare_server", str(port), stack.dsn), accepts(LOOPBACK, port))
    receiver = traces(stack)
    settings = {
        "no traces": {},
        "no traces, from memory": {"KONDATE_CACHE_BYTES": "100000000"},
        "no traces, log level warning": {"KONDATE_LOG_LEVEL": "warning"},
        "traced 0 %": {"KONDATE_OTLP_ENDPOINT": receiver, "KONDATE_TRACE_RATIO": "0"},
        "traced 10 %": {"KONDATE_OTLP_ENDPOINT": receiver, "KONDATE_TRACE_RATIO": "0.1"},
        "traced 100 %": {"KONDATE_OTLP_ENDPOINT": receiver, "KONDATE_TRACE_RATIO": "1"},
    }
    apis = [
        Variant(f"API, {name}", stack.api(f"api-{number}", **{**UNCACHED, **more}))
        for number, (name, more) in enumerate(settings.items())
    ]
    return [Variant("bare limit", Server(child=bare, port=port)), *apis]


async def fill(stack: Stack, recipes: int) -> list[str]:
    """Copy the samples until there are some thousand recipes; return paths in random order."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(stack.dsn)
    await connection.execute(MULTIPLY.replace("$1", str(recipes)))
    await connection.execute("VACUUM ANALYZE recipe")
    paths = [f"/recipe/{row['id']}" for row in await connection.fetch("SELECT id FROM recipe")]
    size = await connection.fetchval("SELECT avg(length(document::text))::integer FROM recipe")
    await connection.close()
    print(f"{len(paths)} recipes of {size} characters on average, {CONNECTIONS} connections")
    random.Random(1).shuffle(paths)  # noqa: S311 (the same order each time is wanted)
    return paths


async def count_round_trips(stack: Stack, requests: Sequence[bytes]) -> None:
    """Show on the wire that each request is exactly one round trip to the database."""
    async with tapped(port_of(stack.dsn)) as tap:
        dsn = stack.dsn.replace(f":{port_of(stack.dsn)}/", f":{tap.port}/")
        settings = {"KONDATE_DATABASE_URL": dsn, **UNCACHED, "KONDATE_DATABASE_POOL_SIZE": "1"}
        server = await asyncio.to_thread(lambda: stack.api("api-tapped", **settings))
        connection = await connect(server.port)
        await connection.ask(requests[0])  # prepares the statement
        before = tap.round_trips
        for request in requests[:COUNTED_REQUESTS]:
            status, _ = await connection.ask(request)
            assert status == 200
        trips = tap.round_trips - before
        print(f"{COUNTED_REQUESTS} requests made {trips} round trips to the database")
        assert trips == COUNTED_REQUESTS
        connection.writer.close()
        await asyncio.to_thread(server.child.stop)


async def measure(stack: Stack, variants: Sequence[Variant], rounds: int, requests: int, recipes: int) -> None:
    """Run all rounds and print the table."""
    paths = await fill(stack, recipes)
    token = stack.token("cook")
    await count_round_trips(stack, [get(path, token) for path in paths])
    batch = [get(path, token) for path in islice(cycle(paths), requests)]
    for variant in variants:
        await variant.round(batch)  # warms up connections, caches and prepared statements
        variant.cpu_us.clear()
        variant.per_second.clear()
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            await variant.round(batch)
    report(variants)


def report(variants: Sequence[Variant]) -> None:
    """Print medians; the ratio is the median of the rounds' own ratios."""
    print("\n| program | CPU µs a request (least–most) | against the bare limit | requests/s |\n|---|---|---|---|")
    for variant in variants:
        cpu, rate = statistics.median(variant.cpu_us), statistics.median(variant.per_second)
        ratio = statistics.median(own / bare for own, bare in zip(variant.cpu_us, variants[0].cpu_us, strict=True))
        spread = f"{min(variant.cpu_us):.0f}–{max(variant.cpu_us):.0f}"
        print(f"| {variant.name} | {cpu:.0f} ({spread}) | {ratio:.1f} | {rate:.0f} |")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--recipes", type=int, default=5_000)
    options = parser.parse_args()
    with running_stack() as stack:
        stack.run("entrypoints.cli", "seed")
        variants = start_variants(stack)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(stack, variants, options.rounds, options.requests, options.recipes))


if __name__ == "__main__":
    main()
