"""Operators over HTTP: dead letters, and jobs of any owner."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from application.ports.tokens import VerifiedToken
from domain.job import JobStatus
from domain.principal import Principal
from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job
from tests.support.http import InMemoryApi, problem_of
from tests.support.operations import InMemoryOperations

OLGA = {"authorization": "Bearer olga"}
ALICE = {"authorization": "Bearer alice"}
JOB = f"/operator/jobs/{UUID(int=1)}"
ROUTES = [
    ("GET", "/operator/dead-letters"),
    ("GET", "/operator/dead-letters/x"),
    ("POST", "/operator/dead-letters/x/redrive"),
    ("POST", "/operator/dead-letters/redrive"),
    ("DELETE", "/operator/dead-letters/x"),
    ("GET", "/operator/jobs"),
    ("GET", JOB),
    ("POST", f"{JOB}/retry"),
    ("POST", f"{JOB}/cancel"),
]


class Roles:
    """Olga is an operator, everybody else is nobody in particular."""

    async def verify(self, token: str) -> VerifiedToken:
        roles = frozenset({"operator"}) if token == "olga" else frozenset[str]()  # noqa: S105 (a made-up name)
        return VerifiedToken(principal=Principal(subject=token, roles=roles), expires_at=float("inf"))


@pytest.fixture
def desk() -> InMemoryOperations:
    return InMemoryOperations(InMemoryApplication())


@pytest.fixture
async def client(desk: InMemoryOperations) -> AsyncIterator[httpx.AsyncClient]:
    api = InMemoryApi(application=desk.app, instead={"verifier": Roles(), "operations": desk.operations})
    async with api.client() as client:
        yield client


async def only_letter(client: httpx.AsyncClient) -> str:
    answer = await client.get("/operator/dead-letters", headers=OLGA)
    letter_id: str = answer.json()["items"][0]["letterId"]
    return letter_id


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_who_is_no_operator_is_refused(
    method: str, path: str, client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    await desk.failed_job()
    body: object = {} if path.endswith("letters/redrive") else None
    problem_of(await client.request(method, path, headers=ALICE, json=body), 403, "insufficient-scope")
    assert desk.app.tables.audit == []
    assert len(desk.queue.dead) == 1


def test_gateway_asks_for_the_role_before_the_api_does() -> None:
    declared = {
        (method, route.template): route.edge
        for route in edge_routes(with_docs=False)
        for method in route.methods
        if route.template.startswith("/operator/")
    }
    assert len(declared) == len(ROUTES)
    assert all(edge.roles == {"operator"} and edge.exposure is Exposure.TOKEN for edge in declared.values())


async def test_letters_are_listed_with_reason_job_request_and_origin(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    job = await desk.failed_job()
    answer = await client.get("/operator/dead-letters", headers=OLGA)
    (item,) = answer.json()["items"]
    assert item == {
        "letterId": item["letterId"],
        "origin": "commands",
        "reason": "timeout",
        "deadSince": "2026-11-24T12:00:00Z",
        "type": "org.kondate.job.v1",
        "source": "/kondate",
        "messageId": str(job.id),
        "jobId": str(job.id),
        "requestId": "request-0001",
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("query", "count"), [("reason=time", 1), ("origin=events", 0), ("limit=1", 1), ("", 2)])
async def test_list_of_letters_is_narrowed_by_the_query(
    query: str, count: int, client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    await desk.failed_job()
    await desk.malformed_letters("{")
    answer = await client.get(f"/operator/dead-letters?{query}", headers=OLGA)
    assert len(answer.json()["items"]) == count


@pytest.mark.parametrize("path", ["/operator/dead-letters?origin=nowhere", "/operator/jobs?status=x&limit=0"])
async def test_wrong_query_is_a_bad_request(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path, headers=OLGA)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_letter_is_shown_with_its_body(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    await desk.malformed_letters("{")
    answer = await client.get(f"/operator/dead-letters/{await only_letter(client)}", headers=OLGA)
    assert (answer.json()["body"], answer.json()["reason"]) == ("{", "not JSON")


async def test_letter_of_a_failed_job_is_redriven_as_a_new_job(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    await desk.failed_job()
    answer = await client.post(f"/operator/dead-letters/{await only_letter(client)}/redrive", headers=OLGA)
    shown = await client.get(answer.json()["statusUrl"], headers=OLGA)
    assert (shown.json()["jobId"], shown.json()["status"]) == (answer.json()["newJobId"], "queued")
    assert len(desk.app.tables.audit) == 1


async def test_many_letters_are_redriven_at_the_rate_asked_for(
    client: httpx.AsyncClient, desk: InMemoryOperations
) -> None:
    await desk.malformed_letters("1", "2", "3")
    body = {"reason": "not JSON", "limit": 2, "perSecond": 5}
    answer = await client.post("/operator/dead-letters/redrive", headers=OLGA, json=body)
    assert (answer.status_code, len(answer.json()["items"])) == (200, 2)
    assert desk.pauses == [0.2]


async def test_run_is_over_before_the_gateway_gives_up(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    await desk.malformed_letters(*map(str, range(60)))
    answer = await client.post("/operator/dead-letters/redrive", headers=OLGA, json={"perSecond": 1})
    assert len(answer.json()["items"]) == 50


@pytest.mark.parametrize("body", [{"perSecond": 0}, {"limit": 0}, {"origin": "x"}, {"filter": "reason=x"}])
async def test_wrong_run_is_refused_by_field(body: dict[str, object], client: httpx.AsyncClient) -> None:
    answer = await client.post("/operator/dead-letters/redrive", headers=OLGA, json=body)
    problem = problem_of(answer, 400, "validation-failed")
    assert [fault["pointer"] for fault in problem["errors"]] == [f"/{name}" for name in body]


async def test_letter_is_discarded(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    await desk.malformed_letters("{")
    answer = await client.delete(f"/operator/dead-letters/{await only_letter(client)}", headers=OLGA)
    assert (answer.status_code, answer.content) == (204, b"")
    assert desk.queue.dead == []


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "/x" in route[1]])
async def test_unknown_letter_is_not_found(method: str, path: str, client: httpx.AsyncClient) -> None:
    problem_of(await client.request(method, path, headers=OLGA), 404, "dead-letter-not-found")


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1].startswith(JOB)])
async def test_unknown_job_is_not_found(method: str, path: str, client: httpx.AsyncClient) -> None:
    problem_of(await client.request(method, path, headers=OLGA), 404, "job-not-found")
    problem_of(await client.request(method, path.replace("0", "Z"), headers=OLGA), 404, "job-not-found")


async def test_jobs_of_every_owner_are_listed(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    for number, owner in enumerate(("alice", "bob"), start=1):
        await desk.app.jobs.accept(a_job(number, owner=owner))
    answer = await client.get("/operator/jobs", headers=OLGA)
    assert [item["owner"] for item in answer.json()["items"]] == ["bob", "alice"]
    answer = await client.get("/operator/jobs?owner=bob&status=queued&kind=generate-report", headers=OLGA)
    assert [item["owner"] for item in answer.json()["items"]] == ["bob"]


async def test_failed_job_is_retried_by_a_new_one(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    await desk.failed_job()
    answer = await client.post(f"{JOB}/retry", headers=OLGA)
    assert (answer.status_code, answer.json()["status"], answer.json()["owner"]) == (202, "queued", "alice")
    assert answer.headers["location"] == f"/operator/jobs/{answer.json()['jobId']}" != JOB
    assert len(desk.app.tables.audit) == 1


async def test_job_of_anybody_is_cancelled(client: httpx.AsyncClient, desk: InMemoryOperations) -> None:
    await desk.app.jobs.accept(a_job())
    answer = await client.post(f"{JOB}/cancel", headers=OLGA)
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert desk.app.tables.jobs[UUID(int=1)].status is JobStatus.CANCELLED
    problem_of(await client.post(f"{JOB}/cancel", headers=OLGA), 409, "job-transition")
    assert len(desk.app.tables.audit) == 1
