"""What three times the load that one API process can take does to it: goodput, latency, refusals and health, as ratios.

Usage: python -m benchmarks.overload [--seconds N] [--most-queued N] [--through-gateway]

With --most-queued the backlog is full after so many jobs (no worker runs), so that most requests are refused.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import time
from dataclasses import dataclass, field

import uvloop
from benchmarks.load import Connection, connect, get, post
from benchmarks.probes import accepts
from benchmarks.stack import Server, Stack, running_stack
from benchmarks.usage import pin

from entrypoints.local.ports import LOOPBACK, free_port

SATURATING = 16
MOST_CONNECTIONS = 1_000
UNLIMITED = "1000000"
HEALTH_EVERY_SECONDS = 0.2
MODERATE, OVERLOAD = 0.8, 3.0
RESET = 0
"""Noted as the status of a request whose connection was cut."""


@dataclass(slots=True)
class Seen:
    """Answers by status, with the seconds that each took."""

    taken: dict[int, list[float]] = field(default_factory=dict)
    unanswered: int = 0

    def note(self, status: int, seconds: float) -> None:
        """Note one answer."""
        self.taken.setdefault(status, []).append(seconds)

    def count(self, status: int) -> int:
        """Return how many answers had this status."""
        return len(self.taken.get(status, ()))

    def p99_ms(self, status: int) -> float:
        """Return the 99th percentile of an answer's milliseconds."""
        taken = self.taken.get(status, [0.0])
        return (statistics.quantiles(taken, n=100)[98] if len(taken) > 1 else taken[0]) * 1_000


class Load:
    """Requests of one caller to one port."""

    def __init__(self, port: int, api_port: int, token: str) -> None:
        """Take the port that is loaded, the API's own, where its health is asked, and the caller's token."""
        self._port = port
        self._api_port = api_port
        self._token = token
        self._numbers = itertools.count()
        self._idle: list[Connection] = []
        self._opened = 0

    async def saturate(self, seconds: float) -> float:
        """Return how many a second are answered when each connection asks again at once."""
        seen, end = Seen(), time.perf_counter() + seconds

        async def ask() -> None:
            while time.perf_counter() < end:
                await self._ask(seen)

        await asyncio.gather(*(ask() for _ in range(SATURATING)))
        return seen.count(202) / seconds

    async def offer(self, per_second: float, seconds: float) -> Seen:
        """Offer so many a second, whether or not those before were answered; return what was seen."""
        seen, began = Seen(), time.perf_counter()
        asking = []
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(began + number / per_second - time.perf_counter())
            if self._idle or self._opened < MOST_CONNECTIONS:
                asking.append(asyncio.create_task(self._ask(seen)))
            else:
                seen.unanswered += 1
        await asyncio.gather(*asking)
        return seen

    async def health(self, over: asyncio.Event) -> list[float]:
        """Ask whether the process lives, now and then; return the seconds that each answer took."""
        connection, taken = await connect(self._api_port), []
        while not over.is_set():
            began = time.perf_counter()
            status, _ = await connection.ask(get("/healthz", self._token))
            assert status == 200, status
            taken.append(time.perf_counter() - began)
            await asyncio.sleep(HEALTH_EVERY_SECONDS)
        connection.writer.close()
        return taken

    async def _ask(self, seen: Seen) -> None:
        if self._idle:
            connection = self._idle.pop()
        else:
            self._opened += 1
            connection = await connect(self._port)
        body = f'{{"drillId":"overload-{next(self._numbers)}"}}'.encode()
        began = time.perf_counter()
        try:
            status, _ = await connection.ask(post("/drills", self._token, body))
        except (ConnectionError, asyncio.IncompleteReadError):
            seen.note(RESET, time.perf_counter() - began)
            self._opened -= 1
            return
        seen.note(status, time.perf_counter() - began)
        self._idle.append(connection)


async def measure(load: Load, seconds: float) -> None:
    """Print the table."""
    await load.saturate(1)
    peak = await load.saturate(seconds)
    moderate = await load.offer(MODERATE * peak, seconds)
    over = asyncio.Event()
    watching = asyncio.create_task(load.health(over))
    heavy = await load.offer(OVERLOAD * peak, seconds)
    over.set()
    health = await watching
    print(f"peak {peak:.0f} accepted a second at {SATURATING} connections\n")
    print("| load | accepted | of the peak | p99 ms of accepted | refused | p99 ms of refused | not asked |")
    print("|---|---|---|---|---|---|---|")
    for name, seen in ((f"{MODERATE:g} ×", moderate), (f"{OVERLOAD:g} ×", heavy)):
        goodput, refused = seen.count(202) / seconds / peak, seen.count(503)
        figures = f"{seen.count(202)} | {goodput:.0%} | {seen.p99_ms(202):.0f} | {refused} | {seen.p99_ms(503):.0f}"
        print(f"| {name} | {figures} | {seen.unanswered} |")
    others = {status: len(taken) for status, taken in heavy.taken.items() if status not in (202, 503)}
    print(f"\np99 {heavy.p99_ms(202) / max(moderate.p99_ms(202), 0.001):.1f} times that of the moderate load")
    print(f"health answered {len(health)} times, the slowest in {max(health) * 1_000:.0f} ms; other answers {others}")


def gateway(stack: Stack, api: Server) -> int:
    """Start a gateway before the API, its limits out of the way; return its port."""
    port = free_port()
    stack.start(
        "gateway",
        ("entrypoints.cli", "gateway", "--run-dir", str(stack.folder / "gateway")),
        accepts(LOOPBACK, port),
        KONDATE_GATEWAY_PORT=str(port),
        KONDATE_GATEWAY_METRICS_PORT=str(free_port()),
        KONDATE_GATEWAY_UPSTREAMS=f"{LOOPBACK}:{api.port}",
        KONDATE_RATE_BURST=UNLIMITED,
        KONDATE_RATE_SUSTAINED_PER_SECOND=UNLIMITED,
        KONDATE_RATE_ADDRESS_BURST=UNLIMITED,
    )
    return port


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--most-queued", type=int, default=1_000_000)
    parser.add_argument("--through-gateway", action="store_true")
    options = parser.parse_args()
    with running_stack() as stack:
        # What a generator without a core of its own measures is how late it is itself.
        served, *rest = sorted(os.sched_getaffinity(0))
        pin(stack.postgres.pid, {served})
        pin(os.getpid(), set(rest) or {served})
        api = stack.api("api", KONDATE_MOST_QUEUED_JOBS=str(options.most_queued))
        pin(api.child.pid, {served})
        port = gateway(stack, api) if options.through_gateway else api.port
        uvloop.run(measure(Load(port, api.port, stack.token("caller")), options.seconds))


if __name__ == "__main__":
    main()
