"""Operators at work on a real database and a real queue, in code and as the program."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from adapters.sqs.client import SqsClients
from adapters.sqs.consumer import SqsConsumer
from adapters.sqs.queues import QueueUrls, ensure_queues
from application.operations.letters import LetterFilter
from application.operations.operations import Operations
from application.ports.queue import Channel
from domain.job import JobStatus
from entrypoints.container import open_container
from entrypoints.settings import read_settings
from tests.support.builders import a_job
from tests.support.operations import OPERATOR
from tests.support.processes import PROJECT, python

MANY = 200
ALL = LetterFilter()


@dataclass
class Desk:
    """The operations, and the stores behind them."""

    operations: Operations
    sqs: SqsClients
    urls: QueueUrls
    database: asyncpg.Connection[asyncpg.Record]
    environment: dict[str, str]

    async def dead_letters(self, count: int, *, reason: str = "poison") -> None:
        """Put letters into the dead-letter queue as the worker does."""
        for start in range(0, count, 10):
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": f"{reason} {number}",
                    "MessageAttributes": {
                        "reason": {"DataType": "String", "StringValue": reason},
                        "origin": {"DataType": "String", "StringValue": "commands"},
                    },
                }
                for number in range(start, min(start + 10, count))
            ]
            await self.sqs.sending.send_message_batch(QueueUrl=self.urls.dead_letters, Entries=entries)

    async def arrived(self) -> set[str]:
        """Take everything from the commands queue."""
        consumer, bodies = SqsConsumer(self.sqs, self.urls, visibility_seconds=30), set[str]()
        while received := await consumer.receive(Channel.COMMANDS, limit=10, wait_seconds=0):
            bodies.update(delivery.body for delivery in received)
            await consumer.delete(received)
        return bodies

    async def audited(self) -> list[tuple[str, str]]:
        """Return actor and action of each row of the trail."""
        return [(row["actor"], row["action"]) for row in await self.database.fetch("SELECT * FROM audit ORDER BY id")]

    async def kondate(self, *arguments: str, exit_code: int = 0) -> Any:  # noqa: ANN401 (whatever JSON it prints)
        """Run the program; return the JSON that it printed, or else what it said."""
        process = await asyncio.create_subprocess_exec(
            *python("-m", "entrypoints.cli", *arguments),
            env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT / "src"), "HOME": str(PROJECT), **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode == exit_code, errors.decode()
        return json.loads(out) if "--json" in arguments and not exit_code else (out + errors).decode()


@pytest.fixture
async def desk(database_dsn: str, sqs_endpoint: str, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    stem = f"operating-{abs(hash(request.node.nodeid))}"
    environment = {
        "KONDATE_DATABASE_URL": database_dsn,
        "KONDATE_DATABASE_MAY_FORGET": "true",
        "KONDATE_SQS_ENDPOINT": sqs_endpoint,
        "KONDATE_SQS_ACCESS_KEY_ID": "local",
        "KONDATE_SQS_SECRET_ACCESS_KEY": "local",
        "KONDATE_SQS_COMMANDS_QUEUE": f"{stem}-commands",
        "KONDATE_SQS_EVENTS_QUEUE": f"{stem}-events",
        "KONDATE_SQS_DEAD_LETTER_QUEUE": f"{stem}-dead",
        "KONDATE_ISSUER": "http://127.0.0.1:1",
    }
    database = await asyncpg.connect(database_dsn)
    async with open_container(read_settings(environment), "test", log_level="warning") as container:
        sqs: SqsClients = container.sqs()
        urls = await ensure_queues(sqs.sending, container.queue_names(), create=True)
        yield Desk(container.operations(), sqs, urls, database, environment)
        for url in (urls.commands, urls.events, urls.dead_letters):
            await sqs.sending.delete_queue(QueueUrl=url)
    await database.close()


async def test_two_hundred_letters_are_redriven_with_an_audit_row_each(desk: Desk) -> None:
    await desk.dead_letters(MANY)
    done = await desk.operations.redrive.many(ALL, OPERATOR, limit=None, per_second=1_000)
    assert len(done) == MANY
    assert await desk.arrived() == {f"poison {number}" for number in range(MANY)}
    assert await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=1) == []
    assert await desk.audited() == [("olga", "dead-letter.redriven")] * MANY


async def test_purge_of_two_hundred_letters_leaves_those_of_another_reason(desk: Desk) -> None:
    await desk.dead_letters(MANY)
    await desk.dead_letters(3, reason="timeout")
    assert await desk.operations.discard.many(LetterFilter(reason="poison"), OPERATOR, limit=None) == MANY
    left = await desk.operations.inspect.list(ALL, OPERATOR.principal, limit=MANY)
    assert [each.letter.reason for each in left] == ["timeout"] * 3
    assert await desk.audited() == [("olga", "dead-letter.discarded")] * MANY


async def test_letters_are_handled_with_the_program(desk: Desk) -> None:
    await desk.dead_letters(3)
    listed = (await desk.kondate("dlq", "list", "--json"))["items"]
    first, second, third = sorted(listed, key=lambda item: str(item["letterId"]))
    shown = await desk.kondate("dlq", "show", first["letterId"], "--json")
    assert shown["body"].startswith("poison ")
    assert first["letterId"] in await desk.kondate("dlq", "list")

    redriven = await desk.kondate("dlq", "redrive", first["letterId"], "--rate", "100", "--json")
    assert redriven == {"items": [{"letterId": first["letterId"]}]}
    assert await desk.arrived() == {shown["body"]}
    assert "no such dead letter" in (await desk.kondate("dlq", "redrive", first["letterId"], exit_code=1))
    assert "2 discarded" in await desk.kondate("dlq", "purge", "--yes")
    actions = [action for actor, action in await desk.audited() if actor.startswith("operator:")]
    assert actions == ["dead-letter.redriven", "dead-letter.discarded", "dead-letter.discarded"]
    assert {second["reason"], third["reason"]} == {"poison"}


async def test_jobs_are_handled_with_the_program(desk: Desk) -> None:
    job = a_job()
    await desk.operations.jobs.bus.jobs.accept(job)
    [listed] = (await desk.kondate("jobs", "list", "--status", "queued", "--owner", "alice", "--json"))["items"]
    assert (listed["jobId"], listed["status"]) == (str(job.id), "queued")
    assert str(job.id) in await desk.kondate("jobs", "list")

    cancelled = await desk.kondate("jobs", "cancel", str(job.id), "--json")
    assert cancelled["status"] == "cancelled"
    assert "cancelled" in await desk.kondate("jobs", "cancel", str(job.id), exit_code=1)
    again = await desk.kondate("jobs", "retry", str(job.id), "--json")
    successor = await desk.operations.jobs.show(UUID(again["jobId"]), OPERATOR.principal)
    assert (successor.command, successor.status) == (job.command, JobStatus.QUEUED)
    assert "no such job" in await desk.kondate("jobs", "show", str(UUID(int=99)), exit_code=1)
    assert [action for _, action in await desk.audited()] == ["job.cancelled", "job.retried"]
