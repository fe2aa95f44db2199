"""What the running system does when one of its processes is killed, or its queue holds what nobody understands."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from aiobotocore.session import get_session

from tests.integration.system.parts import REPORT, RICE, RunningSystem, a_request_id, finished, until

RESTART_SECONDS = 30.0


def pid_of(state: dict[str, Any], part: str) -> int:
    """Return the pid of a part, of its first process where it has several."""
    entry = state[part]
    pid: int = (entry[0] if isinstance(entry, list) else entry)["pid"]
    return pid


async def restarted(system: RunningSystem, part: str, log: str) -> None:
    """Kill a part and wait until it was reported dead, is back, and the state file knows its new pid."""
    before = pid_of(system.state(), part)
    told = len(system.child.log())
    os.kill(before, signal.SIGKILL)
    await until(lambda: f"{log} ended (killed by SIGKILL); restart in" in system.child.log()[told:], RESTART_SECONDS)
    await until(lambda: f"{log} is back" in system.child.log()[told:], RESTART_SECONDS)
    await until(lambda: pid_of(system.state(), part) != before)


async def served(client: httpx.AsyncClient) -> None:
    """Wait until a whole deferred session works again; what fails on the way may fail with an error only."""
    async with asyncio.timeout(RESTART_SECONDS):
        while True:
            try:
                written = await client.post("/recipes", json=RICE)
                accepted = await client.post("/generate-report", json=REPORT)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if (written.status_code, accepted.status_code) == (201, 202):
                break
            await asyncio.sleep(0.1)
    job = await finished(client, accepted.headers["location"], RESTART_SECONDS)
    assert job["status"] == "succeeded"


@asynccontextmanager
async def queues(system: RunningSystem) -> AsyncIterator[Any]:
    """Give a client of the system's queue endpoint."""
    async with get_session().create_client(
        "sqs",
        endpoint_url=system.state()["sqs"]["endpoint"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (made up; the embedded endpoint looks at none)
    ) as client:
        yield client


async def dead_letter(sqs: Any, queue: str, body: str) -> dict[str, Any]:  # noqa: ANN401 (botocore's clients have no type)
    """Return the dead letter with this body, and take it off the queue."""
    url = (await sqs.get_queue_url(QueueName=queue))["QueueUrl"]
    async with asyncio.timeout(15):
        while True:
            answer = await sqs.receive_message(
                QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            )
            for message in answer.get("Messages", []):
                await sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if message["Body"] == body:
                    found: dict[str, Any] = message["MessageAttributes"]
                    return found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("this is no JSON", "not JSON"),
        ("{}", "not a CloudEvent"),
        (
            json.dumps(
                {
                    "specversion": "1.0",
                    "id": "1",
                    "source": "/elsewhere",
                    "type": "org.example.nothing.v1",
                    "time": "2026-11-24T12:00:00Z",
                    "data": {},
                }
            ),
            "unknown message type org.example.nothing.v1",
        ),
    ],
    ids=["no JSON", "no CloudEvent", "unknown type"],
)
async def test_a_malformed_message_dies_with_its_reason_and_the_next_job_is_done(
    system: RunningSystem, alice: httpx.AsyncClient, body: str, reason: str
) -> None:
    names = system.state()["sqs"]["queues"]
    async with queues(system) as sqs:
        commands = (await sqs.get_queue_url(QueueName=names["commands"]))["QueueUrl"]
        await sqs.send_message(QueueUrl=commands, MessageBody=body)
        accepted = await alice.post("/generate-report", json=REPORT)
        assert (await finished(alice, accepted.headers["location"]))["status"] == "succeeded"
        attributes = await dead_letter(sqs, names["dlq"], body)
    assert attributes["reason"]["StringValue"].startswith(reason)
    assert attributes["origin"]["StringValue"] == "commands"


@pytest.mark.parametrize(
    ("part", "log"),
    [("api", "api-1"), ("gateway", "gateway"), ("postgres", "postgres"), ("sqs", "sqs"), ("worker", "worker")],
)
async def test_a_killed_process_comes_back_and_all_works_again(
    system: RunningSystem, alice: httpx.AsyncClient, part: str, log: str
) -> None:
    await restarted(system, part, log)
    await served(alice)


async def test_reads_go_on_while_one_replica_of_the_api_is_dead(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    url = (await alice.post("/recipes", json=RICE)).headers["location"]
    killing = asyncio.create_task(restarted(system, "api", "api-1"))
    answers = []
    while not killing.done():
        answers.append((await alice.get(url)).status_code)
        await asyncio.sleep(0.02)
    await killing
    assert set(answers) == {200}


async def test_a_job_accepted_while_the_worker_is_dead_is_done_after_its_restart(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    request_id = a_request_id()
    restart = asyncio.create_task(restarted(system, "worker", "worker"))
    await asyncio.sleep(0)
    accepted = await alice.post("/generate-report", json=REPORT, headers={"x-request-id": request_id})
    assert accepted.status_code == 202
    waiting = (await alice.get(accepted.headers["location"])).json()
    assert waiting["status"] == "queued"
    await restart
    job = await finished(alice, accepted.headers["location"], RESTART_SECONDS)
    assert (job["status"], job["attempt"]) == ("succeeded", 1)
    assert await until(lambda: system.logged("worker", request_id))
