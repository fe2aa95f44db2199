"""The Python client against a scripted service: no socket, and no real waiting."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from kondate_client import (
    AsyncKondate,
    JobCancelledError,
    JobFailedError,
    Kondate,
    NotFinishedError,
    ProblemError,
    Retries,
    Status,
    UnreachableError,
)
from kondate_client.exchange import Answer, Lost
from kondate_client.flows import Flows

QUICK = Retries(base_seconds=0, attempts=4)
RECIPE = {"name": "Rice", "ingredients": [{"lines": ["300 g rice"]}]}
CREATED = httpx.Response(201, json={"id": "r1", "url": "/recipe/r1"})
ACCEPTED = httpx.Response(202, json={"jobId": "j1", "status": "queued", "statusUrl": "/jobs/j1"})
ENVELOPE = {"report": {"id": "p1"}, "coverage": {"lines": 3}, "summary": {}, "rows": []}
WAITED = {"preference-applied": "wait=20", "etag": '"2"'}


def job(status: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:  # noqa: ANN401 (JSON)
    body = {
        "jobId": "j1",
        "kind": "generate-report",
        "status": status,
        "attempt": 1,
        "createdAt": "2026-11-24T12:00:00Z",
    }
    return httpx.Response(200, json={**body, **more}, headers={"etag": '"1"', **(headers or {})})


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"type": f"/problems/{code}", "title": code, "status": status, "detail": "So it is.", "requestId": "q1"}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class Service:
    """Answers in the order of its script and keeps what it was asked; an exception in the script cuts the line."""

    script: Iterator[httpx.Response | Exception]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = next(self.script)
        if isinstance(answer, Exception):
            raise answer
        # Fresh for each test: httpx marks an answer as consumed.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


Make = Callable[..., tuple[Kondate, Service]]


@pytest.fixture
def make() -> Iterator[Make]:
    opened: list[Kondate] = []

    def made(*script: httpx.Response | Exception, retries: Retries = QUICK) -> tuple[Kondate, Service]:
        service = Service(iter(script))
        transport = httpx.MockTransport(service)
        kondate = Kondate("http://kondate", "a-token", retries=retries, transport=transport)
        opened.append(kondate)
        return kondate, service

    yield made
    for kondate in opened:
        kondate.close()


def test_a_recipe_is_read_with_its_etag(make: Make) -> None:
    kondate, service = make(httpx.Response(200, json=RECIPE, headers={"etag": '"v1"'}))
    found = kondate.recipes.get("r1")
    assert (found.json(), found.etag) == (RECIPE, '"v1"')
    assert service.asked[0].headers["authorization"] == "Bearer a-token"


def test_a_token_that_is_made_is_made_anew_for_each_request() -> None:
    tokens = iter(["one", "two"])
    service = Service(iter([httpx.Response(200, json=RECIPE)] * 2))
    with Kondate("http://kondate", lambda: next(tokens), transport=httpx.MockTransport(service)) as kondate:
        kondate.recipes.get("r1")
        kondate.recipes.get("r1")
    assert [asked.headers["authorization"] for asked in service.asked] == ["Bearer one", "Bearer two"]


def test_a_command_is_asked_again_under_the_same_key(make: Make) -> None:
    kondate, service = make(httpx.ConnectError("no route"), problem(503, "away"), CREATED)
    assert kondate.recipes.add(RECIPE).url == "/recipe/r1"
    keys = {asked.headers["idempotency-key"] for asked in service.asked}
    assert len(keys) == 1
    assert len(service.asked) == 3


def test_two_commands_have_two_keys(make: Make) -> None:
    kondate, service = make(CREATED, CREATED)
    kondate.recipes.add(RECIPE)
    kondate.recipes.add(RECIPE)
    assert service.asked[0].headers["idempotency-key"] != service.asked[1].headers["idempotency-key"]


def test_a_key_of_the_callers_own_is_sent(make: Make) -> None:
    kondate, service = make(CREATED)
    kondate.recipes.add(RECIPE, key="mine")
    assert service.asked[0].headers["idempotency-key"] == "mine"


def test_schema_org_recipes_are_sent_as_what_they_are(make: Make) -> None:
    kondate, service = make(CREATED)
    kondate.recipes.add({"@context": "https://schema.org", "@type": "Recipe", "name": "Rice"})
    assert service.asked[0].headers["content-type"] == "application/ld+json"


def test_a_refusal_is_raised_with_its_problem_and_not_asked_again(make: Make) -> None:
    kondate, service = make(problem(422, "invalid-recipe"))
    with pytest.raises(ProblemError, match=r"422 invalid-recipe: So it is\. \(request q1\)") as caught:
        kondate.recipes.add(RECIPE)
    assert caught.value.code == "invalid-recipe"
    assert len(service.asked) == 1


def test_fields_that_are_to_blame_are_named_in_place_of_the_general_detail(make: Make) -> None:
    faults = [{"pointer": "/name", "detail": "It is empty."}, {"pointer": "", "detail": "It is odd."}]
    body = {"title": "Validation failed", "status": 400, "detail": "The body is not right.", "errors": faults}
    kondate, _ = make(httpx.Response(400, json=body))
    with pytest.raises(ProblemError) as caught:
        kondate.recipes.add(RECIPE)
    assert str(caught.value) == "400 Validation failed: /name: It is empty.; It is odd."


def test_an_answer_that_is_no_problem_is_told_by_its_status(make: Make) -> None:
    kondate, _ = make(httpx.Response(418, text="<h1>teapot</h1>"))
    with pytest.raises(ProblemError, match="418 Unexpected answer"):
        kondate.recipes.get("r1")


def test_a_service_that_never_answers_is_unreachable(make: Make) -> None:
    kondate, service = make(*[httpx.ConnectError("no route")] * 4)
    with pytest.raises(UnreachableError, match="does not answer: no route"):
        kondate.recipes.get("r1")
    assert len(service.asked) == 4


def test_every_page_of_recipes_is_read(make: Make) -> None:
    kondate, service = make(
        httpx.Response(200, json={"items": [{"id": "1"}], "next": "/recipes?q=rice&cursor=c2%3D"}),
        httpx.Response(200, json={"items": [{"id": "2"}]}),
    )
    asked = kondate.recipes.each("rice", free_from="milk", free_from_jp=["egg", "salmon-roe"])
    assert [recipe["id"] for recipe in asked] == ["1", "2"]
    assert service.asked[1].url.query == (
        b"q=rice&free-from=milk&free-from-jp=egg&free-from-jp=salmon-roe&cursor=c2%3D"
    )


def test_a_change_says_what_it_must_match(make: Make) -> None:
    kondate, service = make(httpx.Response(204), httpx.Response(204))
    kondate.recipes.revise("r1", RECIPE, etag='"v1"')
    kondate.recipes.delete("r1", etag='"v2"')
    assert [(asked.method, asked.headers["if-match"]) for asked in service.asked] == [
        ("PUT", '"v1"'),
        ("DELETE", '"v2"'),
    ]


def test_a_report_is_one_call_that_tells_its_progress(make: Make) -> None:
    seen: list[tuple[Status, int | None]] = []
    kondate, service = make(
        ACCEPTED,
        job("queued"),
        job("running", WAITED, progress={"done": 1, "total": 2}),
        httpx.Response(304, headers=WAITED),
        job("succeeded", WAITED, resultsUrl="/reports/p1"),
        httpx.Response(200, json=ENVELOPE),
    )
    envelope = kondate.reports.generate("nutrition-summary", tag="soup").result(
        on_progress=lambda state: seen.append((state.status, state.progress.done if state.progress else None))
    )
    assert envelope.coverage == {"lines": 3}
    assert seen == [(Status.QUEUED, None), (Status.RUNNING, 1), (Status.SUCCEEDED, None)]
    asked = service.asked
    assert json.loads(asked[0].content) == {"kind": "nutrition-summary", "parameters": {"tag": "soup"}}
    assert asked[0].headers["prefer"] == "respond-async"
    assert [asked[2].headers[name] for name in ("if-none-match", "prefer")] == ['"1"', "wait=20"]
    assert asked[4].headers["if-none-match"] == '"2"'


def test_a_failed_job_raises_its_problem(make: Make) -> None:
    failure = {"type": "/problems/worker-lost", "title": "Worker lost", "status": 500, "detail": "It died."}
    kondate, _ = make(ACCEPTED, job("failed", problem=failure))
    with pytest.raises(JobFailedError, match="Worker lost") as caught:
        kondate.reports.generate("nutrition-summary").result()
    assert caught.value.code == "worker-lost"


def test_a_cancelled_job_raises(make: Make) -> None:
    kondate, _ = make(job("cancelled"))
    with pytest.raises(JobCancelledError):
        kondate.jobs.get("j1").result()


def test_patience_that_ends_leaves_the_job_at_work(make: Make) -> None:
    kondate, _ = make(job("running"))
    with pytest.raises(NotFinishedError, match="still running") as caught:
        kondate.jobs.get("j1").wait(timeout_seconds=0)
    assert caught.value.state.job_id == "j1"


def test_a_service_that_does_not_wait_is_not_besieged() -> None:
    flow = Flows(QUICK, lambda: 0.0).ended("j1", None, None)
    running = Answer(status=200, headers={}, body=job("running").content)
    next(flow)
    flow.send(running)
    assert flow.send(running).seconds == 1.0  # type: ignore[union-attr]


def stream(*states: str, begins: str = "retry: 2000\n\n: still here\n\n") -> httpx.Response:
    """Return a stream of events that breaks off after these states."""
    events = (f"event: state\nid: {state}-1\ndata: {job(state).text}\n\n" for state in states)
    return httpx.Response(200, text=begins + "".join(events), headers={"content-type": "text/event-stream"})


def test_a_stream_of_events_that_breaks_off_is_resumed(make: Make) -> None:
    kondate, service = make(
        stream("queued"), httpx.ReadError("cut"), problem(503, "away", retry_after="0"), stream("running", "succeeded")
    )
    seen = [state.status for state in kondate.jobs.get("j1").events()]
    assert seen == [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED]
    assert {asked.url.path for asked in service.asked} == {"/jobs/j1/events"}
    assert [asked.headers.get("last-event-id") for asked in service.asked] == [None, *["queued-1"] * 3]


def test_half_an_event_is_none(make: Make) -> None:
    kondate, _ = make(stream(begins="id: queued-1\n"), httpx.Response(204))
    assert list(kondate.jobs.get("j1").events()) == []


def test_events_of_a_job_that_is_not_ones_own_are_refused(make: Make) -> None:
    kondate, service = make(problem(404, "job-not-found"))
    with pytest.raises(ProblemError, match="404"):
        list(kondate.jobs.get("j1").events())
    assert len(service.asked) == 1


def test_a_stream_that_never_comes_is_given_up(make: Make) -> None:
    kondate, _ = make(*[httpx.ConnectError("no route")] * 4)
    with pytest.raises(UnreachableError):
        list(kondate.jobs.get("j1").events())


def test_an_export_is_a_job_whose_result_is_lines(make: Make) -> None:
    lines = httpx.Response(200, content=b"{}\n", headers={"content-type": "application/x-ndjson"})
    kondate, service = make(ACCEPTED, job("succeeded", resultsUrl="/exports/e1"), lines)
    assert kondate.recipes.export(of="published", tag="quick").result().body == b"{}\n"
    assert json.loads(service.asked[0].content) == {"of": "published", "tag": "quick"}
    assert service.asked[-1].headers["accept"] == "application/x-ndjson"


def test_an_import_is_a_job_whose_result_lists_the_bad_lines(make: Make) -> None:
    kondate, service = make(
        ACCEPTED, job("succeeded", resultsUrl="/imports/i1"), httpx.Response(200, json={"bad": [{"line": 3}]})
    )
    assert kondate.recipes.import_lines(b"{}\n").result().json() == {"bad": [{"line": 3}]}
    assert service.asked[0].headers["content-type"] == "application/x-ndjson"


def test_jobs_are_listed_and_cancelled(make: Make) -> None:
    page = {"items": [json.loads(job("queued").content)], "next": None}
    kondate, service = make(httpx.Response(200, json=page), httpx.Response(202, json={}))
    found = kondate.jobs.page(status=Status.QUEUED).items[0]
    kondate.jobs.get(found.job_id).cancel()
    assert [asked.url.path for asked in service.asked] == ["/jobs", "/jobs/j1/cancel"]


@pytest.mark.parametrize(
    ("status", "headers", "low", "high"),
    [
        (429, {"retry-after": "3"}, 3.0, 3.2),
        (503, {"retry-after": "Tue, 24 Nov 2026 12:00:09 GMT", "date": "Tue, 24 Nov 2026 12:00:04 GMT"}, 5.0, 5.2),
        (503, {"retry-after": "soon"}, 0.0, 0.5),
        (503, {}, 0.0, 0.5),
        (409, {"retry-after": "1"}, 1.0, 1.2),
    ],
)
def test_the_server_says_when_to_ask_again(status: int, headers: dict[str, str], low: float, high: float) -> None:
    pause = Retries().pause(1, Answer(status=status, headers=headers, body=b""))
    assert pause is not None
    assert low <= pause <= high


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        (1, Answer(status=409, headers={}, body=b"")),
        (1, Answer(status=500, headers={"retry-after": "1"}, body=b"")),
        (1, Answer(status=503, headers={"retry-after": "3600"}, body=b"")),
        (5, Lost(httpx.ConnectError("no route"))),
    ],
)
def test_some_answers_are_not_worth_asking_again_for(attempt: int, answer: Answer | Lost) -> None:
    assert Retries().pause(attempt, answer) is None


async def test_the_async_client_runs_the_same_flows() -> None:
    service = Service(
        iter(
            [
                problem(429, "quota-exceeded", retry_after="0"),
                ACCEPTED,
                job("succeeded", resultsUrl="/reports/p1"),
                httpx.Response(200, json=ENVELOPE),
                httpx.Response(200, json={"items": [{"id": "1"}]}),
                httpx.ConnectError("no route"),
                CREATED,
                httpx.ReadError("cut"),
                problem(503, "away", retry_after="0"),
                stream("running", "succeeded"),
            ]
        )
    )
    async with AsyncKondate("http://kondate", "t", retries=QUICK, transport=httpx.MockTransport(service)) as kondate:
        asked = await kondate.reports.generate("nutrition-summary")
        assert (await asked.result()).report == {"id": "p1"}
        assert [recipe async for recipe in kondate.recipes.each()] == [{"id": "1"}]
        assert (await kondate.recipes.add(RECIPE)).id == "r1"
        assert [state.status async for state in asked.events()] == [Status.RUNNING, Status.SUCCEEDED]


@pytest.mark.parametrize("part", ["recipes", "reports", "jobs"])
def test_both_clients_offer_the_same(part: str) -> None:
    one = getattr(Kondate("http://kondate", "t"), part)
    other = getattr(AsyncKondate("http://kondate", "t"), part)
    assert offered(one) == offered(other)


def offered(part: object) -> dict[str, list[str]]:
    methods = inspect.getmembers(type(part), inspect.isfunction)
    return {name: list(inspect.signature(method).parameters) for name, method in methods if not name.startswith("_")}
