"""Webhooks through a running system: signed, tried again under one id, and told at least once whoever dies."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook as Oracle

from kondate_client import verify_webhook
from tests.integration.system.parts import (
    LOOK_EVERY_SECONDS,
    REPORT,
    SCOPES,
    RunningSystem,
    finished,
    running_system,
)
from tests.support.receiver import Receiver, receiving

SOON: dict[str, str] = {"KONDATE_LEASE_SECONDS": "5", "KONDATE_VISIBILITY_SECONDS": "5"}
"""What a killed worker held is another's before long."""
DRILL = {"drillId": "told"}
PATIENCE_SECONDS = 50.0


@dataclass(frozen=True, slots=True)
class Registered:
    """A webhook of alice's, and who listens there."""

    location: str
    secret: str
    receiver: Receiver


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with running_system(tmp_path_factory.mktemp("webhooks"), settings=SOON) as system:
        yield system


@pytest.fixture(scope="module")
def token(system: RunningSystem) -> str:
    return system.token("alice", f"{SCOPES} drill:run")


@pytest.fixture
async def alice(system: RunningSystem, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with system.client(token) as client:
        yield client


@pytest.fixture
async def webhook(alice: httpx.AsyncClient) -> AsyncIterator[Registered]:
    async with receiving() as receiver:
        answer = await alice.post("/webhooks", json={"url": receiver.url})
        assert answer.status_code == 201, answer.text
        yield Registered(answer.headers["location"], answer.json()["secret"], receiver)
        assert (await alice.delete(answer.headers["location"])).status_code == 204


async def delivered(alice: httpx.AsyncClient, webhook: Registered) -> dict[str, Any]:
    """Return the one delivery once it was taken."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            [delivery] = (await alice.get(f"{webhook.location}/deliveries")).json()["items"]
            if delivery["status"] == "delivered":
                found: dict[str, Any] = delivery
                return found
            await asyncio.sleep(LOOK_EVERY_SECONDS)


async def test_the_end_of_a_job_comes_signed_and_again_until_it_is_taken(
    alice: httpx.AsyncClient, webhook: Registered
) -> None:
    webhook.receiver.answers.append(web.Response(status=500))
    accepted = await alice.post("/generate-report", json=REPORT)
    job = await finished(alice, accepted.headers["location"])
    first, second = await webhook.receiver.messages(2)

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    for message in (first, second):
        assert Oracle(webhook.secret).verify(message.body, message.headers) == json.loads(message.body)
        verified = verify_webhook(message.headers, message.body, webhook.secret)
        assert (verified.type, verified.data.job_id) == ("job.succeeded", job["jobId"])

    delivery = await delivered(alice, webhook)
    assert delivery["deliveryId"] == first.headers["webhook-id"]
    assert [attempt["statusCode"] for attempt in delivery["attempts"]] == [500, 204]
    assert "deliver-webhook" not in (await alice.get("/jobs?limit=200")).text


async def test_a_worker_that_dies_before_it_could_note_the_answer_is_noted_once_and_told_twice(
    system: RunningSystem, alice: httpx.AsyncClient, webhook: Registered
) -> None:
    worker = system.state()["worker"][0]["pid"]
    webhook.receiver.on_next = lambda: os.kill(worker, signal.SIGKILL)
    await alice.post("/drills", json=DRILL)
    first, second = await webhook.receiver.messages(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    delivery = await delivered(alice, webhook)
    assert (delivery["deliveryId"], len(delivery["attempts"])) == (first.headers["webhook-id"], 1)


async def test_a_secret_is_in_no_log(system: RunningSystem, webhook: Registered) -> None:
    bare = webhook.secret.removeprefix("whsec_")
    parts = ("api-1", "api-2", "worker", "gateway", "postgres")
    assert not [line for part in parts for line in system.logged(part, bare)]


async def test_even_here_what_is_inside_is_no_target(alice: httpx.AsyncClient) -> None:
    answer = await alice.post("/webhooks", json={"url": "http://169.254.169.254/latest/meta-data/"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-webhook-url")
