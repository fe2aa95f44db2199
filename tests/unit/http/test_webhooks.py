"""Webhooks over HTTP: shown to their owner, their secrets once."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.wire.codec import MessageTypes
from adapters.wire.messages import WireMessageReader
from application.ports.queue import Channel
from application.ports.webhooks import Sent
from domain.commands import RunDrill
from domain.delivery import AttemptOutcome
from domain.events import Event
from domain.webhook import OLD_SECRET_LIFE
from tests.support.builders import an_origin
from tests.support.http import ALICE, BOB, NOBODY, InMemoryApi, problem_of
from tests.support.webhooks import A_URL

TARGET = {"url": A_URL}
SECRETS = ("whsec_YWFh", "whsec_YmJi")
"""How the first and the second secret begin."""


async def registered(client: httpx.AsyncClient, **content: Any) -> httpx.Response:  # noqa: ANN401 (JSON)
    answer = await client.post("/webhooks", json={**TARGET, **content}, headers=ALICE)
    assert answer.status_code == 201, answer.text
    return answer


async def deliver(api: InMemoryApi) -> None:
    """Run a job of alice's, tell of its end, and try each delivery once."""
    app = api.application
    job = (await app.bus.defer(RunDrill(drill_id="one"), an_origin("alice"))).job
    await app.run_job.run(job.id)
    reader = WireMessageReader(MessageTypes())
    for row in [row for row in app.tables.outbox if row.channel is Channel.EVENTS]:
        event = reader.read(row.message)
        assert isinstance(event, Event)
        await app.bus.tell(event, an_origin("alice"))
    for delivery in list(app.tables.deliveries.values()):
        await app.run_job.run(delivery.id)


async def test_a_new_webhook_is_shown_with_its_secret(client: httpx.AsyncClient) -> None:
    answer = await registered(client, events=["job.failed"], jobKinds=["generate-report"])
    body = answer.json()
    assert answer.headers["location"] == f"/webhooks/{body['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert body.pop("secret").startswith(SECRETS[0])
    assert body == {
        "id": body["id"],
        "url": A_URL,
        "events": ["job.failed"],
        "jobKinds": ["generate-report"],
        "status": "active",
        "createdAt": "2026-11-24T12:00:00Z",
    }


async def test_a_secret_is_never_shown_again(client: httpx.AsyncClient) -> None:
    location = (await registered(client)).headers["location"]
    for path in (location, "/webhooks", f"{location}/deliveries"):
        answer = await client.get(path, headers=ALICE)
        assert answer.status_code == 200
        assert "secret" not in answer.text.lower()
        assert "whsec" not in answer.text


async def test_the_same_registration_again_makes_no_other_and_shows_no_secret(client: httpx.AsyncClient) -> None:
    key = {**ALICE, "idempotency-key": "one"}
    first, again = [await client.post("/webhooks", json=TARGET, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "secret" not in again.json()


async def test_a_secret_is_changed_and_the_old_one_holds_for_a_while(
    api: InMemoryApi, client: httpx.AsyncClient
) -> None:
    location = (await registered(client)).headers["location"]
    answer = await client.post(f"{location}/rotate", headers=ALICE)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["secret"].startswith(SECRETS[1])
    until = api.application.clock.now() + OLD_SECRET_LIFE
    assert answer.json()["oldSecretUntil"] == until.isoformat().replace("+00:00", "Z")
    await deliver(api)
    [(_, request)] = api.application.webhook_sender.sent
    assert len(request.headers["webhook-signature"].split()) == 2


async def test_own_webhooks_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    locations = [(await registered(client)).headers["location"] for _ in range(3)]
    page = await client.get("/webhooks?limit=2", headers=ALICE)
    assert [f"/webhooks/{item['id']}" for item in page.json()["items"]] == locations[:0:-1]
    following = page.headers["link"].partition(">")[0].removeprefix("<")
    rest = await client.get(following, headers=ALICE)
    assert [f"/webhooks/{item['id']}" for item in rest.json()["items"]] == locations[:1]
    assert "link" not in rest.headers
    assert (await client.get("/webhooks", headers=BOB)).json() == {"items": [], "next": None}


async def test_deliveries_are_listed_with_their_tries_page_by_page(api: InMemoryApi, client: httpx.AsyncClient) -> None:
    location = (await registered(client)).headers["location"]
    api.application.webhook_sender.answers[A_URL] = [
        Sent(outcome=AttemptOutcome.UNREACHABLE),
        Sent(outcome=AttemptOutcome.GONE, status_code=410),
    ]
    await deliver(api)
    [pending] = (await client.get(f"{location}/deliveries", headers=ALICE)).json()["items"]
    assert (pending["status"], pending["event"]) == ("pending", "job.succeeded")
    assert pending["attempts"] == [{"outcome": "unreachable", "at": "2026-11-24T12:00:00Z", "durationMs": 0}]
    await deliver(api)
    page = await client.get(f"{location}/deliveries?limit=1", headers=ALICE)
    rest = await client.get(page.headers["link"].partition(">")[0].removeprefix("<"), headers=ALICE)
    items = [*page.json()["items"], *rest.json()["items"]]
    assert [item["status"] for item in items] == ["failed", "failed"]
    webhook = (await client.get(location, headers=ALICE)).json()
    assert (webhook["status"], webhook["disabledReason"]) == ("disabled", "gone")
    assert "failingSince" in webhook


async def test_a_webhook_is_removed(client: httpx.AsyncClient) -> None:
    location = (await registered(client)).headers["location"]
    assert (await client.delete(location, headers=ALICE)).status_code == 204
    problem_of(await client.get(location, headers=ALICE), 404, "webhook-not-found")


async def test_a_removal_that_is_asked_for_again_under_its_key_is_answered_as_before(client: httpx.AsyncClient) -> None:
    location = (await registered(client)).headers["location"]
    key = {**ALICE, "idempotency-key": "gone"}
    first, again = [await client.delete(location, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("GET", "/deliveries")],
)
async def test_anothers_webhook_is_not_there(client: httpx.AsyncClient, method: str, path: str) -> None:
    location = (await registered(client)).headers["location"]
    for place in (location, f"/webhooks/{UUID(int=0)}", "/webhooks/none"):
        answer = await client.request(method, f"{place}{path}", headers=BOB)
        problem_of(answer, 404, "webhook-not-found")


async def test_a_registration_whose_webhook_was_removed_is_not_replayed_as_if_it_were_there(
    client: httpx.AsyncClient,
) -> None:
    key = {**ALICE, "idempotency-key": "one"}
    location = (await client.post("/webhooks", json=TARGET, headers=key)).headers["location"]
    await client.delete(location, headers=ALICE)
    problem_of(await client.post("/webhooks", json=TARGET, headers=key), 404, "webhook-not-found")


async def test_any_token_will_do_and_none_will_not(client: httpx.AsyncClient) -> None:
    assert (await client.get("/webhooks", headers=NOBODY)).status_code == 200
    assert (await client.post("/webhooks", json=TARGET, headers=NOBODY)).status_code == 201
    problem_of(await client.get("/webhooks"), 401, "unauthorized")


@pytest.mark.parametrize(
    "url", ["http://hooks.kondate.dev/", "https://127.0.0.1/", "https://nowhere.kondate.dev/", "https://a:b@c.dev/"]
)
async def test_a_target_that_may_not_be_told_is_refused(api: InMemoryApi, client: httpx.AsyncClient, url: str) -> None:
    body = problem_of(await client.post("/webhooks", json={"url": url}, headers=ALICE), 422, "invalid-webhook-url")
    assert [fault["pointer"] for fault in body["errors"]] == ["/url"]
    assert not api.application.tables.webhooks


async def test_every_fault_of_a_registration_is_named(client: httpx.AsyncClient) -> None:
    wrong = {"url": "", "events": ["job.begun"], "jobKinds": ["Generate Report"], "secret": "mine"}
    body = problem_of(await client.post("/webhooks", json=wrong, headers=ALICE), 400, "validation-failed")
    assert {fault["pointer"] for fault in body["errors"]} == {"/url", "/events/0", "/jobKinds/0", "/secret"}
