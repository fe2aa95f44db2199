"""What belongs to others is not there: the same answer as for what does not exist, at both doors."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
import pytest

from tests.integration.edge.conftest import DOORS
from tests.integration.edge.exchange import Answer, bearer, request, send
from tests.integration.edge.stack import Doors, store_recipe

NOTHING = "01a00000-0000-7000-8000-000000000000"
INSERT_REPORT = """
INSERT INTO report (id, kind, owner, snapshot, document, created_at)
VALUES (gen_random_uuid(), 'nutrition-summary', $1, 'one', '{}', now()) RETURNING id
"""
INSERT_JOB_BODY = b'{"kind":"nutrition-summary"}'


@dataclass(frozen=True, slots=True)
class Trespass:
    """One thing of alice's, and how another asks for it; `mine` is what she gets herself, last of all."""

    name: str
    method: str
    target: str
    thing: str
    mine: int


TRESPASSES = (
    Trespass("draft", "GET", "/recipe/{}", "draft", 200),
    Trespass("report", "GET", "/reports/{}", "report", 200),
    Trespass("job", "GET", "/jobs/{}", "job", 200),
    Trespass("cancel a job", "POST", "/jobs/{}/cancel", "job", 202),
)
OPERATORS_ONLY = (
    ("GET", "/operator/jobs"),
    ("GET", "/operator/jobs/{}"),
    ("POST", "/operator/jobs/{}/retry"),
    ("POST", "/operator/jobs/{}/cancel"),
    ("GET", "/operator/dead-letters"),
    ("GET", "/operator/dead-letters/{}"),
    ("POST", "/operator/dead-letters/{}/redrive"),
    ("POST", "/operator/dead-letters/redrive"),
    ("DELETE", "/operator/dead-letters/{}"),
)
NEARLY_OPERATORS: Mapping[str, object] = {
    "no role": [],
    "longer word": ["operators"],
    "in capitals": ["OPERATOR"],
    "two words in one": ["cook operator"],
    "as a scope": ...,
}


@pytest.fixture(scope="module")
def things(doors: Doors) -> Mapping[str, str]:
    """Give the ids of what belongs to alice."""
    return asyncio.run(_things(doors))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("trespass", TRESPASSES, ids=lambda trespass: trespass.name)
def test_what_belongs_to_others_is_not_there(
    doors: Doors, things: Mapping[str, str], door: str, trespass: Trespass
) -> None:
    thing = things[trespass.thing]
    foreign = _ask(doors, door, trespass.method, trespass.target.format(thing), "bob")
    missing = _ask(doors, door, trespass.method, trespass.target.format(NOTHING), "bob")

    assert foreign.status == missing.status == 404
    assert _told(foreign, thing) == _told(missing, NOTHING)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("trespass", TRESPASSES, ids=lambda trespass: trespass.name)
def test_the_owner_gets_what_others_do_not(
    doors: Doors, things: Mapping[str, str], door: str, trespass: Trespass
) -> None:
    """Without this, a route that finds nothing for anyone would pass."""
    mine = trespass.target.format(things[trespass.thing])
    assert _ask(doors, door, trespass.method, mine, "alice").status in {trespass.mine, 409}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("method", "target"), OPERATORS_ONLY)
@pytest.mark.parametrize("roles", NEARLY_OPERATORS.values(), ids=NEARLY_OPERATORS)
def test_operators_routes_are_for_operators(doors: Doors, door: str, method: str, target: str, roles: object) -> None:
    token = doors.world.issuer.token(claims={"roles": roles, "scope": "operator recipe:read"})

    assert send(doors.port(door), request(method, target.format(NOTHING), bearer(token))).status == 403


@pytest.mark.parametrize("door", DOORS)
def test_an_operator_sees_jobs_of_others(doors: Doors, things: Mapping[str, str], door: str) -> None:
    token = doors.world.issuer.token(claims={"sub": "op", "roles": ["operator"]})

    assert send(doors.port(door), request("GET", f"/operator/jobs/{things['job']}", bearer(token))).status == 200


def _ask(doors: Doors, door: str, method: str, target: str, subject: str) -> Answer:
    token = doors.world.issuer.token(claims={"sub": subject})
    return send(doors.port(door), request(method, target, bearer(token)))


def _told(answer: Answer, thing: str) -> tuple[str, ...]:
    """Return all that an answer tells but its time and the ids of request and thing."""
    text = answer.raw.decode("latin-1").replace(thing, "THING").replace(answer.header("x-request-id"), "REQUEST")
    return tuple(line for line in text.split("\r\n") if not line.lower().startswith(("date:", "ratelimit:")))


async def _things(doors: Doors) -> Mapping[str, str]:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(doors.dsn)
    report = await connection.fetchval(INSERT_REPORT, "alice")
    await connection.close()
    headers = (b"Content-Type: application/json", b"Content-Length: %d" % len(INSERT_JOB_BODY), doors.world.good())
    asked = request("POST", "/generate-report", *headers, body=INSERT_JOB_BODY)
    accepted = await asyncio.to_thread(send, doors.gateway_port, asked)
    assert accepted.status == 202, accepted.raw
    job = accepted.header("location").rpartition("/")[2]
    return {"report": str(report), "job": job, "draft": await store_recipe(doors.dsn, owner="alice", status="draft")}
