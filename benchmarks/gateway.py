"""The whole gateway against a bare Envoy that only forwards: CPU a request, latency added, start, memory.

Usage: python -m benchmarks.gateway [--rounds N] [--undisturbed]
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from benchmarks.load import get
from benchmarks.pacing import Pacer
from benchmarks.probes import accepts
from benchmarks.usage import cpu_seconds, pin, rss_bytes, waiting_seconds
from tests.integration.gateway.parts import Upstream, running_key_server, settings_for
from tests.support.envoy import running_gateway
from tests.support.processes import running_child
from tests.support.tokens import TestIssuer

from entrypoints.gateway.process import envoy_command
from entrypoints.gateway.syntax import CONNECTION_MANAGER, Json, extension, socket_address
from entrypoints.http.app import edge_routes
from entrypoints.local.child import ChildSpec
from entrypoints.local.ports import LOOPBACK, free_port
from entrypoints.settings import Settings

CONNECTIONS = 16
CALLERS = 50
ROUND_SECONDS = 2.0
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
    waiting_ms: list[float] = field(default_factory=list)

    def round(self, requests: Sequence[bytes], per_second: float | None = None) -> None:
        """Send requests for a while: as fast as they are answered, or at a steady rate to see the median latency."""
        before, waited = cpu_seconds(self.pid), waiting_seconds(self.pid)
        taken = Pacer(self.port, CONNECTIONS).run(cycle(requests), seconds=ROUND_SECONDS, per_second=per_second)
        if per_second is None:
            self.cpu_us.append((cpu_seconds(self.pid) - before) / len(taken) * 1e6)
            self.per_second.append(len(taken) / ROUND_SECONDS)
        else:
            self.median_ms.append(statistics.median(taken) * 1_000)
            self.waiting_ms.append((waiting_seconds(self.pid) - waited) / len(taken) * 1_000)


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


def apart(upstream: Variant, *others: Variant) -> None:
    """Give the gateways a core of their own; generator and upstream share the rest."""
    first, *rest = sorted(os.sched_getaffinity(0))
    if not rest:
        return
    for pid in (upstream.pid, os.getpid()):
        pin(pid, set(rest))
    for each in others:
        pin(each.pid, {first})


def before_all_others(*variants: Variant) -> None:
    """Run all parts at real-time priority: other work on the machine does not count as the gateway's latency."""
    for pid in (os.getpid(), *(each.pid for each in variants)):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(1))


def take_turns(variants: Sequence[Variant], requests: Sequence[bytes], rounds: int, rate: float | None = None) -> None:
    """Let each variant have its rounds, the order turned around each time."""
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            variant.round(requests, rate)


def measure(variants: Sequence[Variant], requests: Sequence[bytes], rounds: int, *, undisturbed: bool) -> None:
    """Run all rounds and print the tables."""
    upstream, bare, whole = variants
    apart(*variants)
    for variant in variants:
        variant.round(requests)  # warms up connections, keys and the cache of verified tokens
        variant.cpu_us.clear()
        variant.per_second.clear()
    take_turns(variants, requests, rounds)
    half = statistics.median(whole.per_second) / 2
    if undisturbed:
        before_all_others(*variants)
    take_turns(variants, requests, rounds, half)
    print(f"\n{CONNECTIONS} connections, {CALLERS} callers; half load is {half:.0f} requests/s\n")
    print(
        "| way | CPU µs a request (least–most) | requests/s | median ms at half load | its wait for a core, mean ms |"
    )
    print("|---|---|---|---|---|")
    for variant in variants:
        cpu, rate = statistics.median(variant.cpu_us), statistics.median(variant.per_second)
        spread = f"{min(variant.cpu_us):.0f}–{max(variant.cpu_us):.0f}"
        latency, wait = statistics.median(variant.median_ms), statistics.median(variant.waiting_ms)
        print(f"| {variant.name} | {cpu:.0f} ({spread}) | {rate:.0f} | {latency:.2f} | {wait:.2f} |")
    ratio = statistics.median(own / other for own, other in zip(whole.cpu_us, bare.cpu_us, strict=True))
    added = sorted(a - b for a, b in zip(whole.median_ms, upstream.median_ms, strict=True))
    print(f"\nwhole / bare: {ratio:.2f} times the CPU")
    print(f"added to the median at half load: {statistics.median(added):.2f} ms ({added[0]:.2f}–{added[-1]:.2f})")
    print(f"memory of the whole gateway: {rss_bytes(whole.pid) / 1_048_576:.0f} MiB")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--undisturbed", action="store_true", help="measure latencies at real-time priority (as root)")
    options = parser.parse_args()
    with running_variants() as (variants, requests):
        measure(variants, requests, options.rounds, undisturbed=options.undisturbed)


if __name__ == "__main__":
    main()
