"""The memory of one worker over many jobs: it must stay flat.

Usage: python -m benchmarks.memory [--jobs N]
"""

import argparse
import asyncio

import asyncpg
import uvloop
from benchmarks.jobs import Bench
from benchmarks.load import fire
from benchmarks.stack import Stack, running_stack
from benchmarks.usage import rss_bytes

STEPS = 10
WARM_UP = 1_000
LONGEST_GROWTH = 0.05
MIB = 1_048_576


async def measure(stack: Stack, jobs: int) -> None:
    """Print resident memory after each tenth of the jobs."""
    api = await asyncio.to_thread(lambda: stack.api("api"))
    worker = await asyncio.to_thread(stack.worker)
    database: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(stack.dsn)
    bench = Bench(stack=stack, api=api, worker=worker, database=database)
    print("| jobs | worker MiB | API MiB |\n|---|---|---|")
    resident, done = [], 0
    for step, count in enumerate((WARM_UP, *[jobs // STEPS] * STEPS)):
        await fire(api.port, iter(bench.requests(count, f"step-{step}")), connections=4, expected=202)
        await bench.all_done()
        done += count
        resident.append(rss_bytes(worker.pid))
        print(f"| {done} | {resident[-1] / MIB:.1f} | {rss_bytes(api.child.pid) / MIB:.1f} |", flush=True)
    await database.close()
    # What the first half allocated for good is the level; the second half may not add to it.
    growth = resident[-1] / resident[STEPS // 2] - 1
    print(f"\ngrowth over the second half: {growth:+.1%}")
    assert growth < LONGEST_GROWTH


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--sqs-endpoint", help="another endpoint than the embedded one")
    options = parser.parse_args()
    with (
        running_stack(sqs_endpoint=options.sqs_endpoint) as stack,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(measure(stack, options.jobs))


if __name__ == "__main__":
    main()
