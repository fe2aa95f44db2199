"""What belongs to others is not there: the same answer as for what does not exist, at both doors."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
import pytest

from adapters.wire.codec import encode
from entrypoints.edge import Exposure
from entrypoints.http.app import edge_routes
from tests.integration.edge.cases import SCOPES
from tests.integration.edge.conftest import DOORS
from tests.integration.edge.exchange import Answer, bearer, request, send
from tests.integration.edge.stack import Doors
from tests.support.facts import sample_ingredients

NOTHING = "01a00000-0000-7000-8000-000000000000"
INSERT_REPORT = """
INSERT INTO report (id, kind, owner, snapshot, document, created_at)
VALUES (gen_random_uuid(), 'nutrition-summary', $1, 'one', '{}', now()) RETURNING id
"""
INSERT_IMPORT = """
INSERT INTO recipe_import (id, owner, document, created_at)
VALUES (gen_random_uuid(), $1, '{"problems":[]}', now()) RETURNING id
"""
INSERT_EXPORT = """
INSERT INTO recipe_export (id, owner, recipes, parts, digest, created_at)
VALUES (gen_random_uuid(), $1, 0, 0, 'none', now()) RETURNING id
"""
EVERYTHING = f"{SCOPES} plan:write ingredient:write"
RECIPE = b'{"name":"Rice","ingredients":[{"lines":["300 g rice"]}]}'
DRAFT = b'{"name":"Rice","yield":{"amount":2},"ingredients":[{"lines":["300 g rice"]}],"status":"draft"}'
PRICES = (
    b'{"name":"Spring","currency":"EUR","prices":[{"ingredient":"rice","supplier":"Mill",'
    b'"packGrams":1000,"price":2,"validFrom":"2026-03-01"}]}'
)
PLAN = b'{"name":"Week","meals":[{"day":"2026-03-02","recipeId":"%s","servings":4}]}'
INGREDIENT = b'{"name":"grandmother\'s miso","source":"her cellar"}'
WEBHOOK = b'{"url":"http://127.0.0.1:9/"}'
ONE_MEAL = PLAN % NOTHING.encode()
FORMS = ("application/json", "text/csv", "application/x-ndjson", "text/html")


@dataclass(frozen=True, slots=True)
class Trespass:
    """One thing of alice's, and how another asks for it; `mine` is what she gets herself.

    Writes name a version that there is not, so that hers changes nothing either: 412 is said to who may change it.
    """

    name: str
    method: str
    target: str
    thing: str
    mine: int
    body: bytes = b""


TRESPASSES = (
    Trespass("draft", "GET", "/recipe/{}", "draft", 200),
    Trespass("scaled draft", "GET", "/recipe/{}/scaled?yield=6", "draft", 200),
    Trespass("replace a draft", "PUT", "/recipe/{}", "draft", 412, RECIPE),
    Trespass("delete a draft", "DELETE", "/recipe/{}", "draft", 412),
    Trespass("publish a draft", "POST", "/recipe/{}/publish", "draft", 412),
    Trespass("archive a draft", "POST", "/recipe/{}/archive", "draft", 412),
    Trespass("price list", "GET", "/price-lists/{}", "prices", 200),
    Trespass("replace a price list", "PUT", "/price-lists/{}", "prices", 412, PRICES),
    Trespass("menu plan", "GET", "/menu-plans/{}", "plan", 200),
    Trespass("replace a menu plan", "PUT", "/menu-plans/{}", "plan", 412, ONE_MEAL),
    Trespass("import", "GET", "/imports/{}", "import", 200),
    Trespass("export", "GET", "/exports/{}", "export", 200),
    Trespass("report", "GET", "/reports/{}", "report", 200),
    Trespass("job", "GET", "/jobs/{}", "job", 200),
    Trespass("events of a job", "GET", "/jobs/{}/events", "ended", 200),
    Trespass("webhook", "GET", "/webhooks/{}", "webhook", 200),
    Trespass("deliveries of a webhook", "GET", "/webhooks/{}/deliveries", "webhook", 200),
    Trespass("remove a webhook", "DELETE", "/webhooks/{}", "unused webhook", 204),
    Trespass("another secret for a webhook", "POST", "/webhooks/{}/rotate", "webhook", 200),
    Trespass("cancel a job", "POST", "/jobs/{}/cancel", "job", 202),
)
AT_THE_SECOND_DOOR = {"cancel a job": 409, "remove a webhook": 404}
"""What is done by the first door cannot be done again."""
MEDDLING = tuple(each for each in TRESPASSES if each.method != "GET" and each.thing == "draft")
SEEN_BY_ALL = {("GET", "/ingredients/{}"), ("PUT", "/ingredients/{}")}
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
    foreign, missing = (
        _ask(doors, door, trespass.method, trespass.target.format(each), "bob", body=trespass.body)
        for each in (thing, NOTHING)
    )

    assert foreign.status == missing.status == 404
    assert _told(foreign, thing) == _told(missing, NOTHING)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("trespass", TRESPASSES, ids=lambda trespass: trespass.name)
def test_the_owner_gets_what_others_do_not(
    doors: Doors, things: Mapping[str, str], door: str, trespass: Trespass
) -> None:
    """Without this, a route that finds nothing for anyone would pass."""
    mine = trespass.target.format(things[trespass.thing])
    if trespass.name in AT_THE_SECOND_DOOR:
        allowed = {trespass.mine, AT_THE_SECOND_DOOR[trespass.name]}
        assert _ask(doors, door, trespass.method, mine, "alice").status in allowed
    else:
        answer = _ask(doors, door, trespass.method, mine, "alice", b'If-Match: "99"', body=trespass.body)
        assert answer.status == trespass.mine


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("meddling", MEDDLING, ids=lambda meddling: meddling.name.replace("draft", "published recipe"))
def test_what_all_may_see_only_its_owner_changes(
    doors: Doors, things: Mapping[str, str], door: str, meddling: Trespass
) -> None:
    target = meddling.target.format(things["published"])
    refused = _ask(doors, door, meddling.method, target, "bob", body=meddling.body)

    assert (refused.status, refused.problem_type) == (403, "/problems/not-owner")
    assert _ask(doors, door, "GET", f"/recipe/{things['published']}", "bob").header("etag") == '"1"'


@pytest.mark.parametrize("door", DOORS)
def test_an_ingredient_is_changed_by_its_owner_only(doors: Doors, things: Mapping[str, str], door: str) -> None:
    target = f"/ingredients/{things['ingredient']}"
    refused = _ask(doors, door, "PUT", target, "bob", body=INGREDIENT)
    allowed = _ask(doors, door, "PUT", target, "alice", b'If-Match: "99"', body=INGREDIENT)

    assert (refused.status, refused.problem_type) == (403, "/problems/not-owner")
    assert allowed.status == 412


def test_every_route_to_one_thing_is_attacked() -> None:
    """A new route that shows, changes or removes one thing of somebody's needs its line above."""
    attacked = {(each.method, each.target.partition("?")[0]) for each in TRESPASSES} | set(OPERATORS_ONLY) | SEEN_BY_ALL
    routes = {
        (method, re.sub(r"\{[^}]*\}", "{}", route.template))
        for route in edge_routes(with_docs=True)
        for method in route.methods - {"HEAD", "OPTIONS"}
        if "{" in route.template and route.edge.exposure is Exposure.TOKEN
    }
    assert routes <= attacked


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("form", FORMS)
def test_a_report_of_others_is_not_there_in_any_form(
    doors: Doors, things: Mapping[str, str], door: str, form: str
) -> None:
    accept = f"Accept: {form}".encode()
    answers = [_ask(doors, door, "GET", f"/reports/{report}", "bob", accept) for report in (things["report"], NOTHING)]

    assert [answer.status for answer in answers] == [404, 404]
    assert _told(answers[0], things["report"]) == _told(answers[1], NOTHING)


@pytest.mark.parametrize("door", DOORS)
def test_jobs_of_others_are_not_listed(doors: Doors, things: Mapping[str, str], door: str) -> None:
    hers, his = (_ask(doors, door, "GET", "/jobs", subject) for subject in ("alice", "bob"))

    assert hers.status == his.status == 200
    assert things["job"].encode() in hers.raw
    assert things["job"].encode() not in his.raw


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


def _ask(doors: Doors, door: str, method: str, target: str, subject: str, *headers: bytes, body: bytes = b"") -> Answer:
    token = doors.world.issuer.token(claims={"sub": subject, "scope": EVERYTHING})
    about = (b"Content-Type: application/json", b"Content-Length: %d" % len(body)) if body else ()
    condition = () if method == "GET" or headers else (b'If-Match: "1"',)
    return send(doors.port(door), request(method, target, bearer(token), *about, *condition, *headers, body=body))


def _told(answer: Answer, thing: str) -> tuple[str, ...]:
    """Return all that an answer tells but its time and the ids of request and thing."""
    text = answer.raw.decode("latin-1").replace(thing, "THING").replace(answer.header("x-request-id"), "REQUEST")
    return tuple(line for line in text.split("\r\n") if not line.lower().startswith(("date:", "ratelimit:")))


async def _things(doors: Doors) -> Mapping[str, str]:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(doors.dsn)
    stored = {
        name: str(await connection.fetchval(statement, "alice"))
        for name, statement in {"report": INSERT_REPORT, "import": INSERT_IMPORT, "export": INSERT_EXPORT}.items()
    }
    rice = next(each for each in sample_ingredients() if each.name == "rice")
    await connection.execute("INSERT INTO ingredient VALUES ($1, $2)", rice.name, encode(rice).decode())
    await connection.execute("INSERT INTO catalogue (version) VALUES ('rice alone')")
    await connection.close()
    made = {
        "draft": ("/recipes", DRAFT),
        "published": ("/recipes", RECIPE),
        "prices": ("/price-lists", PRICES),
        "ingredient": ("/ingredients", INGREDIENT),
        "webhook": ("/webhooks", WEBHOOK),
        "unused webhook": ("/webhooks", WEBHOOK),
        "job": ("/generate-report", b'{"kind":"nutrition-summary"}'),
        "ended": ("/generate-report", b'{"kind":"allergen-matrix"}'),
    }
    things = {name: await asyncio.to_thread(_made, doors, *of) for name, of in made.items()}
    things["plan"] = await asyncio.to_thread(_made, doors, "/menu-plans", PLAN % things["published"].encode())
    await asyncio.to_thread(_ask, doors, "gateway", "POST", f"/jobs/{things['ended']}/cancel", "alice")
    return {**things, **stored}


def _made(doors: Doors, target: str, body: bytes) -> str:
    """Let alice make something, and return its id."""
    answer = _ask(doors, "gateway", "POST", target, "alice", body=body)
    assert answer.status in {201, 202}, answer.raw
    return answer.header("location").rpartition("/")[2]
