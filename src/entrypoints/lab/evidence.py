"""What the tables, the queue and the logs hold at the end of a run."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from entrypoints.lab.checker import is_poisoned
from entrypoints.lab.history import EffectRow, JobRow, Step
from entrypoints.lab.stores import Stores
from entrypoints.settings import Settings

JOBS = """
SELECT id::text, owner, command->>'drill_id' AS drill_id,
    command->>'behaviour' AS behaviour, status, attempt, request_id, failure->>'code' AS failure,
    extract(epoch FROM finished_at)::float8 AS finished_at
FROM job
"""
WITNESS = """
CREATE TABLE lab_step (job_id text, before text, after text, attempts integer);
CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lab_step VALUES (NEW.id::text, OLD.status, NEW.status, NEW.attempt - OLD.attempt);
    RETURN NULL;
END
$$;
CREATE TRIGGER lab_witness AFTER UPDATE ON job
FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.attempt <> NEW.attempt) EXECUTE FUNCTION note_step();
"""
STEPS = "SELECT job_id, before, after, attempts FROM lab_step"
EFFECTS = "SELECT drill_id, request_id, attempt FROM drill_effect"
UNFINISHED = """
SELECT (SELECT count(*) FROM job WHERE status IN ('queued', 'running')) + (SELECT count(*) FROM outbox)
"""
WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
MOST_LETTERS_AT_ONCE = 10
HIDDEN_SECONDS = 600


async def unfinished(stores: Stores, settings: Settings) -> int:
    """Count unfinished jobs, unsent messages and messages that are still in a queue."""
    connection = await stores.connect()
    try:
        rows = int(await connection.fetchval(UNFINISHED))
    finally:
        await connection.close()
    queues = [settings.sqs_commands_queue, settings.sqs_events_queue]
    return rows + sum([await _waiting(stores, queue) for queue in queues])


async def jobs(stores: Stores) -> list[JobRow]:
    """Return all jobs."""
    connection = await stores.connect()
    try:
        rows = [dict(row) for row in await connection.fetch(JOBS)]
    finally:
        await connection.close()
    return [
        JobRow(
            is_letter_due=is_poisoned(row["status"], row["failure"]) and row["finished_at"] > stores.queues_made_at,
            **{name: value for name, value in row.items() if name != "finished_at"},
        )
        for row in rows
    ]


async def effects(stores: Stores) -> list[EffectRow]:
    """Return all marks."""
    connection = await stores.connect()
    try:
        return [EffectRow(**dict(row)) for row in await connection.fetch(EFFECTS)]
    finally:
        await connection.close()


async def call_witness(stores: Stores) -> None:
    """Let the database itself note each step of each job from now on."""
    connection = await stores.connect()
    try:
        await connection.execute(WITNESS)
    finally:
        await connection.close()


async def steps(stores: Stores) -> list[Step]:
    """Return all steps that were committed."""
    connection = await stores.connect()
    try:
        return [Step(**dict(row)) for row in await connection.fetch(STEPS)]
    finally:
        await connection.close()


async def letters(stores: Stores, settings: Settings) -> list[str]:
    """Return the job that each dead letter names; empty for one that names none."""
    url = await _url(stores, settings.sqs_dead_letter_queue)
    found: list[str] = []
    while True:
        asked = {"QueueUrl": url, "MaxNumberOfMessages": MOST_LETTERS_AT_ONCE, "VisibilityTimeout": HIDDEN_SECONDS}
        messages = (await stores.queue.call("ReceiveMessage", asked)).get("Messages", [])
        if not messages:
            return found
        found += [str(json.loads(message["Body"]).get("data", {}).get("jobId", "")) for message in messages]


def told(logs: Path, names: Sequence[str]) -> Counter[str]:
    """Count the log lines of these events over all processes."""
    counted: Counter[str] = Counter(dict.fromkeys(names, 0))
    for file in sorted(logs.glob("*.log")):
        text = file.read_text("utf-8", errors="replace")
        for name in names:
            counted[name] += text.count(f'"{name}"')
    return counted


async def _waiting(stores: Stores, queue: str) -> int:
    asked = {"QueueUrl": await _url(stores, queue), "AttributeNames": list(WAITING)}
    attributes = (await stores.queue.call("GetQueueAttributes", asked)).get("Attributes", {})
    return sum(int(attributes.get(name, 0)) for name in WAITING)


async def _url(stores: Stores, queue: str) -> str:
    return str((await stores.queue.call("GetQueueUrl", {"QueueName": queue}))["QueueUrl"])
