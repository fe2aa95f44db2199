"""The whole gateway against a bare Envoy that only forwards: CPU a request, latency added, start, memory.

Usage: python -m benchmarks.gateway [--rounds N] [--requests N]
"""

import argparse
import asyncio
import json
import random
import selectors
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import uvloop
from benchmarks.load import Connection, connect, fire, get
from benchmarks.usage import cpu_seconds, rss_bytes
from tests.integration.gateway.parts import Upstream, running_key_server, settings_for
from tests.support.envoy import running_gateway
from tests.support.processes import running_child
from tests.support.tokens import TestIssuer

from entrypoints.gateway.process import envoy_command
from entrypoints.gateway.syntax import CONNECTION_MANAGER, Json, extension, socket_address
from entrypoints.http.app import edge_routes
from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import LOOPBACK, free_port
from entrypoints.local.probes import accepts
from entrypoints.settings import Settings

CONNECTIONS = 16
CALLERS = 50
PACED_SECONDS = 4.0
ANSWER = json.dumps({"name": "Rice", "steps": ["Cook the rice."] * 100})
UNLIMITED = 10_000_000


@dataclass(slots=True)
class Variant:
    """One way to the upstream, and what its rounds measured."""

    name: str
    port: int
    pid: int
    cpu_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    median_ms: list[float] = field(default_factory=list)

    async def round(self, requests: Sequence[bytes]) -> None:
        """Send the requests as fast as they are answered."""
        before = cpu_seconds(self.pid)
        seconds = await fire(self.port, iter(requests), connections=CONNECTIONS, expected=200)
        self.cpu_us.append((cpu_seconds(self.pid) - before) / len(requests) * 1e6)
        self.per_second.append(len(requests) / seconds)

    async def paced_round(self, requests: Iterator[bytes], per_second: float) -> None:
        """Send requests at a steady rate, each on a connection of its own turn, and keep the median latency."""
        opened = [await connect(self.port) for _ in range(CONNECTIONS)]
        pause = CONNECTIONS / per_second
        taken = await asyncio.gather(*(_paced(each, requests, pause) for each in opened))
        self.median_ms.append(statistics.median(each for times in taken for each in times) * 1_000)


async def _paced(connection: Connection, requests: Iterator[bytes], pause: float) -> list[float]:
    clock = time.perf_counter
    end, taken = clock() + PACED_SECONDS, []
    turn = clock() + random.random() * pause  # noqa: S311 (connections shall not send in step)
    while turn < end:
        await asyncio.sleep(turn - clock())
        began = clock()
        status, _ = await connection.ask(next(requests))
        assert status == 200, status
        taken.append(clock() - began)
        turn = max(turn + pause, clock())
    connection.writer.close()
    return taken


def plain(port: int, route: Json, clusters: Sequence[Json] = ()) -> Json:
    """Return the configuration of an Envoy with one listener, one route and nothing else."""
    host = {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **route}]}
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        CONNECTION_MANAGER,
        stat_prefix="plain",
        route_config={"virtual_hosts": [host]},
        http_filters=[extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")],
    )
    listener = {"name": "plain", **socket_address(LOOPBACK, port), "filter_chains": [{"filters": [manager]}]}
    return {"static_resources": {"listeners": [listener], "clusters": list(clusters)}}


@contextmanager
def running_plain(folder: Path, name: str, route: Json, clusters: Sequence[Json] = ()) -> Iterator[Variant]:
    """Run such an Envoy with one worker thread."""
    port, config = free_port(), folder / f"{name}.json"
    config.write_text(json.dumps(plain(port, route, clusters)), encoding="utf-8")
    command = tuple(envoy_command(config, workers=1))
    spec = ChildSpec(name=name, argv=command, env={}, log_file=folder / f"{name}.log", ready=accepts(LOOPBACK, port))
    with running_child(spec) as child:
        yield Variant(name, port, child.pid)


@contextmanager
def running_variants() -> Iterator[tuple[list[Variant], list[bytes]]]:
    """Run an upstream, a bare and a whole gateway before it; give them, and a request of each caller."""
    issuer = TestIssuer(algorithms=("RS256",))
    with tempfile.TemporaryDirectory(prefix="kondate-bench-") as name, ExitStack() as until:
        folder = Path(name)
        answer = {"direct_response": {"status": 200, "body": {"inline_string": ANSWER}}}
        upstream = until.enter_context(running_plain(folder, "upstream", answer))
        endpoint = {"endpoint": socket_address(LOOPBACK, upstream.port)}
        cluster: Json = {
            "name": "api",
            "type": "STATIC",
            "load_assignment": {"cluster_name": "api", "endpoints": [{"lb_endpoints": [endpoint]}]},
        }
        bare = until.enter_context(running_plain(folder, "bare", {"route": {"cluster": "api"}}, [cluster]))
        settings = settings_of(until.enter_context(running_key_server(issuer)), upstream.port)
        began = time.perf_counter()
        gateway = until.enter_context(running_gateway(edge_routes(with_docs=True), settings, folder))
        print(f"whole gateway: serving {time.perf_counter() - began:.2f} s after its start")
        whole = Variant("whole", gateway.settings.gateway_port, gateway.process.pid)
        tokens = [
            issuer.token(algorithm="RS256", claims={"sub": f"caller-{n}", "scope": "recipe:read"})
            for n in range(CALLERS)
        ]
        yield [upstream, bare, whole], [get("/recipe/1", token) for token in tokens]


def settings_of(key_set_url: str, port: int) -> Settings:
    """Return settings whose limits this benchmark cannot reach; the limits still count."""
    base = settings_for(key_set_url, Upstream(port=port))
    return Settings(
        database_url=base.database_url,
        issuer=base.issuer,
        jwks_url=base.jwks_url,
        audience=base.audience,
        gateway_upstreams=base.gateway_upstreams,
        cors_origins=base.cors_origins,
        rate_address_burst=UNLIMITED,
        rate_burst=UNLIMITED,
        rate_sustained_per_second=UNLIMITED,
    )


def precise_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that wakes within microseconds.

    Others wake at whole milliseconds, so requests would leave several at once and wait for each other at the gateway.
    """
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def saturate(variants: Sequence[Variant], batch: Sequence[bytes], rounds: int) -> None:
    """Send as fast as is answered, in turns."""
    for variant in variants:
        await variant.round(batch)  # warms up connections, keys and the cache of verified tokens
        variant.cpu_us.clear()
        variant.per_second.clear()
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            await variant.round(batch)


async def pace(variants: Sequence[Variant], batch: Sequence[bytes], rounds: int, per_second: float) -> None:
    """Send at a steady rate, in turns."""
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            await variant.paced_round(cycle(batch), per_second)


def measure(variants: Sequence[Variant], requests: Sequence[bytes], rounds: int, count: int) -> None:
    """Run all rounds and print the tables."""
    batch = list(islice(cycle(requests), count))
    upstream, bare, whole = variants
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(saturate(variants, batch, rounds))
    half = statistics.median(whole.per_second) / 2
    with asyncio.Runner(loop_factory=precise_loop) as runner:
        runner.run(pace(variants, batch, rounds, half))
    print(f"\n{CONNECTIONS} connections, {CALLERS} callers; half load is {half:.0f} requests/s\n")
    print("| way | CPU µs a request (least–most) | requests/s | median ms at half load |\n|---|---|---|---|")
    for variant in variants:
        cpu, rate = statistics.median(variant.cpu_us), statistics.median(variant.per_second)
        spread = f"{min(variant.cpu_us):.0f}–{max(variant.cpu_us):.0f}"
        print(f"| {variant.name} | {cpu:.0f} ({spread}) | {rate:.0f} | {statistics.median(variant.median_ms):.2f} |")
    ratio = statistics.median(own / other for own, other in zip(whole.cpu_us, bare.cpu_us, strict=True))
    added = statistics.median(a - b for a, b in zip(whole.median_ms, upstream.median_ms, strict=True))
    print(f"\nwhole / bare: {ratio:.2f} times the CPU; {added:.2f} ms added to the median at half load")
    print(f"memory of the whole gateway: {rss_bytes(whole.pid) / 1_048_576:.0f} MiB")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--requests", type=int, default=10_000)
    options = parser.parse_args()
    with running_variants() as (variants, requests):
        measure(variants, requests, options.rounds, options.requests)


if __name__ == "__main__":
    main()
