"""Drills through the real path: API, outbox, relay, SQS, claim, effect, settle; one API process, one worker.

Usage: python -m benchmarks.jobs [--jobs N] [--rounds N] [--samples N] [--sqs-endpoint URL] [--durable]
"""

import argparse
import asyncio
import json
import signal
import statistics
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import asyncpg
import uvloop
from benchmarks.load import connect, fire, post
from benchmarks.stack import Server, Stack, running_stack
from benchmarks.usage import cpu_of_family, cpu_seconds
from tests.support.processes import RunningChild

CALLERS = 8
CONNECTIONS = 8
LOW_LOAD_PAUSE_SECONDS = 0.05
UNFINISHED = "SELECT count(*) FROM job WHERE status IN ('queued', 'running')"
WATCHED = """
CREATE FUNCTION tell_effect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('effect', new.drill_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER effect_is_told AFTER INSERT ON drill_effect FOR EACH ROW EXECUTE FUNCTION tell_effect()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round measured; CPU in seconds for 1,000 jobs."""

    accepted_per_second: float
    accept_cpu: float
    accept_database_cpu: float
    done_per_second: float
    worker_cpu: float
    database_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The processes under measurement, and a connection that looks on."""

    stack: Stack
    api: Server
    worker: RunningChild
    database: "asyncpg.Connection[asyncpg.Record]"

    def requests(self, jobs: int, label: str) -> list[bytes]:
        """Return that many requests of several callers by turns."""
        tokens = [self.stack.token(f"caller-{number}") for number in range(CALLERS)]
        return [
            post("/drills", tokens[number % CALLERS], json.dumps({"drillId": f"{label}.{number}"}).encode())
            for number in range(jobs)
        ]

    async def round(self, jobs: int, label: str) -> Round:
        """Accept all jobs while the worker is stopped, then let it run until all are done."""
        requests = self.requests(jobs, label)
        self.worker.process.send_signal(signal.SIGSTOP)
        api, database = cpu_seconds(self.api.child.pid), self.database_cpu()
        accepting = await fire(self.api.port, iter(requests), connections=CONNECTIONS, expected=202)
        accept_cpu, accept_database = cpu_seconds(self.api.child.pid) - api, self.database_cpu() - database
        worker, database = cpu_seconds(self.worker.pid), self.database_cpu()
        started = time.perf_counter()
        self.worker.process.send_signal(signal.SIGCONT)
        await self.all_done()
        working = time.perf_counter() - started
        thousands = jobs / 1_000
        return Round(
            accepted_per_second=jobs / accepting,
            accept_cpu=accept_cpu / thousands,
            accept_database_cpu=accept_database / thousands,
            done_per_second=jobs / working,
            worker_cpu=(cpu_seconds(self.worker.pid) - worker) / thousands,
            database_cpu=(self.database_cpu() - database) / thousands,
        )

    async def all_done(self) -> None:
        """Return when no job is left."""
        while await self.database.fetchval(UNFINISHED):  # noqa: ASYNC110 (the database tells only when asked)
            await asyncio.sleep(0.05)

    async def latencies(self, samples: int) -> list[float]:
        """Return seconds from POST to the committed effect, one job at a time."""
        effects: asyncio.Queue[float] = asyncio.Queue()
        await self.database.add_listener("effect", lambda *_: effects.put_nowait(time.perf_counter()))
        await self.database.execute(WATCHED)
        connection, seconds = await connect(self.api.port), []
        for request in self.requests(samples, "low-load"):
            started = time.perf_counter()
            await connection.ask(request)
            seconds.append(await effects.get() - started)
            await asyncio.sleep(LOW_LOAD_PAUSE_SECONDS)
        await self.database.execute("DROP FUNCTION tell_effect CASCADE")
        connection.writer.close()
        return sorted(seconds)

    def database_cpu(self) -> float:
        """Return what PostgreSQL has used so far."""
        return cpu_of_family(self.stack.postgres.pid)


def report(rounds: Sequence[Round], seconds: Sequence[float]) -> None:
    """Print medians of the rounds, and the latencies."""
    accepted, accept_cpu, accept_database, done, worker_cpu, database_cpu = (
        statistics.median(column) for column in zip(*map(astuple, rounds), strict=True)
    )
    print("\n| step | jobs/s | CPU-s of ours per 1,000 | CPU-s of PostgreSQL per 1,000 |\n|---|---|---|---|")
    print(f"| accept: POST to 202 | {accepted:.0f} | {accept_cpu:.2f} | {accept_database:.2f} |")
    print(f"| relay, SQS, claim, effect, settle | {done:.0f} | {worker_cpu:.2f} | {database_cpu:.2f} |")
    p50, p99 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    print(f"\nPOST to effect, one at a time: p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms ({len(seconds)} jobs)")


async def measure(stack: Stack, options: argparse.Namespace) -> None:
    """Run everything."""
    settings = {"KONDATE_WORKER_CONCURRENCY": str(options.concurrency)}
    api = await asyncio.to_thread(lambda: stack.api("api"))
    worker = await asyncio.to_thread(lambda: stack.worker(**settings))
    database: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(stack.dsn)
    bench = Bench(stack=stack, api=api, worker=worker, database=database)
    await bench.round(200, "warm-up")
    rounds = [await bench.round(options.jobs, f"round-{number}") for number in range(options.rounds)]
    seconds = await bench.latencies(options.samples)
    effects = await database.fetchval("SELECT count(*) FROM drill_effect")
    assert effects == 200 + options.jobs * options.rounds + options.samples, effects
    await database.close()
    report(rounds, seconds)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--sqs-endpoint", help="another endpoint than the embedded one")
    parser.add_argument("--durable", action="store_true", help="PostgreSQL waits for the disk, as in `kondate up`")
    options = parser.parse_args()
    with (
        running_stack(sqs_endpoint=options.sqs_endpoint, durable=options.durable) as stack,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(measure(stack, options))


if __name__ == "__main__":
    main()
