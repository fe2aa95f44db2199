"""The statements of the job path with a million finished jobs in the table: their plans and times.

Usage: python -m benchmarks.claims [--jobs N] [--plans]
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import asyncpg
from benchmarks.stack import Stack, running_stack

from adapters.postgres.statements import load

REPEATS = 20
QUEUED = 200
FILL = """
INSERT INTO job (id, kind, command, owner, scopes, roles, request_id, max_attempts, created_at, deadline_at, status,
    attempt, started_at, finished_at)
SELECT gen_random_uuid(), 'run-drill', '{}', 'caller-' || number % 1000, '{}', '{}', 'r-' || number, 4,
    now() - make_interval(secs => number), now() + interval '1 day', $1, 1, now(),
    CASE $1 WHEN 'succeeded' THEN now() - make_interval(secs => number * 0.1) END
FROM generate_series(1, $2::integer) AS number
"""
FILL_OUTBOX = """
INSERT INTO outbox (channel, message_id, type, source, subject, occurred_at, data, sender)
SELECT 'commands', id::text, 'org.kondate.job.v1', '/kondate', id::text, now(), '{}', owner
FROM job WHERE status = 'queued'
"""
Plan = Mapping[str, Any]


def statements(job: UUID) -> dict[str, tuple[object, ...]]:
    """Return the statements with the values that a worker, a relay or the API would bind."""
    return {
        "claim_jobs": ([job], 60.0, 6, False, 2),
        "find_job": (job,),
        "save_job": (job, 1, "succeeded", None, None, None, None, 4, None, None, 0.0, False),
        "renew_leases": ([job], [1], 60.0),
        "watch_jobs": ([job], [1], [1], [1]),
        "backlog": (),
        "announce_stale": (120.0, 200, "org.kondate.job.v1", "/kondate", 6),
        "claim_messages": (100, 200),
        "outbox_lag": (200,),
        "expire_jobs": (30 * 86_400.0, 200),
    }


async def measure(stack: Stack, jobs: int, *, show_plans: bool) -> None:
    """Fill the table, explain each statement, and fail when one reads all jobs."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(stack.dsn)
    await connection.execute(_bound(FILL, "'succeeded'", jobs))
    await connection.execute(_bound(FILL, "'queued'", QUEUED))
    await connection.execute(FILL_OUTBOX)
    await connection.execute("VACUUM ANALYZE")
    size = await connection.fetchval("SELECT pg_size_pretty(pg_total_relation_size('job'))")
    print(f"{jobs} finished and {QUEUED} queued jobs, {size} with indexes\n")
    job: UUID = await connection.fetchval("SELECT id FROM job WHERE status = 'queued' LIMIT 1")
    print("| statement | median ms | reads of job |\n|---|---|---|")
    scans = []
    for name, values in statements(job).items():
        plans = [await _explained(connection, name, values) for _ in range(REPEATS)]
        milliseconds = statistics.median(plan["Planning Time"] + plan["Execution Time"] for plan in plans)
        nodes = list(_nodes(plans[-1]["Plan"]))
        reads = sorted({_described(node) for node in nodes if node.get("Relation Name") == "job"})
        scans += [name for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "job"]
        print(f"| {name} | {milliseconds:.2f} | {', '.join(reads) or '–'} |", flush=True)
        if show_plans:
            print(json.dumps(plans[-1]["Plan"], indent=1))
    await connection.close()
    assert not scans, f"these read every job: {scans}"


async def _explained(connection: "asyncpg.Connection[asyncpg.Record]", name: str, values: tuple[object, ...]) -> Plan:
    """Run the statement for its plan, and undo what it did."""
    transaction = connection.transaction()
    await transaction.start()
    text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {load(name).text}", *values)
    await transaction.rollback()
    plan: Plan = json.loads(text)[0]
    return plan


def _bound(statement: str, status: str, number: int) -> str:
    return statement.replace("$1", status).replace("$2", str(number))


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _described(node: Plan) -> str:
    return " ".join(filter(None, (node["Node Type"], node.get("Index Name"))))


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--plans", action="store_true", help="print whole plans")
    options = parser.parse_args()
    with running_stack() as stack:
        asyncio.run(measure(stack, options.jobs, show_plans=options.plans))


if __name__ == "__main__":
    main()
