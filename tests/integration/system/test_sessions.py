"""The two paths, as a client walks them, and what each left behind in logs and traces."""

import asyncio
import json
import re
from typing import Any

import httpx

from entrypoints.local.trace_tree import SpanView
from tests.integration.system.parts import REPORT, RICE, RunningSystem, a_request_id, finished, until


async def test_a_recipe_is_written_read_and_not_sent_twice(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    created = await alice.post("/recipes", json=RICE)
    assert created.status_code == 201
    read = await bob.get(created.headers["location"])
    assert (read.status_code, read.json()["name"], read.json()["owner"]) == (200, "Rice", "alice")
    again = await bob.get(created.headers["location"], headers={"if-none-match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_report_is_accepted_made_and_read_by_its_owner_only(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    await alice.post("/recipes", json=RICE)
    accepted = await alice.post("/generate-report", json=REPORT)
    assert accepted.status_code == 202
    assert accepted.headers["location"] == accepted.json()["statusUrl"]
    assert int(accepted.headers["retry-after"]) >= 1
    job = await finished(alice, accepted.headers["location"])
    assert (job["status"], job["attempt"]) == ("succeeded", 1)
    report = await alice.get(job["resultsUrl"])
    assert report.status_code == 200
    assert report.json()["summary"]["recipes"] >= 1
    assert (await bob.get(accepted.headers["location"])).status_code == 404
    assert (await bob.get(job["resultsUrl"])).status_code == 404


async def test_a_report_is_read_in_every_form_through_the_gateway(alice: httpx.AsyncClient) -> None:
    job = await finished(alice, (await alice.post("/generate-report", json=REPORT)).headers["location"])
    for form, begins in (("text/html", "<!DOCTYPE html>"), ("text/csv", "category,"), ("application/x-ndjson", "{")):
        answer = await alice.get(job["resultsUrl"], headers={"accept": form})
        assert (answer.status_code, answer.text[: len(begins)]) == (200, begins)
        assert answer.headers["content-type"].startswith(form)
        assert "accept" in answer.headers["vary"].lower()
        if form == "text/html":
            assert "style-src 'sha256-" in answer.headers["content-security-policy"]


async def test_one_request_id_is_in_every_log_on_the_way(system: RunningSystem, alice: httpx.AsyncClient) -> None:
    request_id = a_request_id()
    accepted = await alice.post("/generate-report", json=REPORT, headers={"x-request-id": request_id})
    assert accepted.headers["x-request-id"] == request_id
    await finished(alice, accepted.headers["location"])
    for part in ("gateway", "worker", "postgres"):
        assert await until(lambda part=part: system.logged(part, request_id)), part  # type: ignore[misc]
    assert await until(lambda: system.logged("api-1", request_id) or system.logged("api-2", request_id))


async def test_the_same_request_id_travels_in_the_message_of_the_event(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    """Events have no row that a worker could read it from: what it logs came with the message."""
    request_id = a_request_id()
    await alice.post("/recipes", json=RICE, headers={"x-request-id": request_id})
    handled = await until(lambda: handled_lines(system, request_id))
    assert [line["handler"] for line in handled] == ["project-recipe"]


async def test_one_trace_leads_from_the_gateway_to_the_workers_sql(
    system: RunningSystem, alice: httpx.AsyncClient
) -> None:
    request_id = a_request_id()
    accepted = await alice.post("/generate-report", json=REPORT, headers={"x-request-id": request_id})
    await finished(alice, accepted.headers["location"])
    [handled] = await until(lambda: handled_lines(system, request_id))
    spans = await settled_spans(system, handled["trace_id"])
    [root] = [span for span in spans if span.parent_span_id is None]
    assert "gateway" in root.service
    assert {way_up(statement, spans)[-1].span_id for statement in statements_of_worker(spans)} == {root.span_id}


async def test_both_replicas_of_the_api_serve(system: RunningSystem, alice: httpx.AsyncClient) -> None:
    request_id = a_request_id()
    await asyncio.gather(*(alice.get("/recipe/0", headers={"x-request-id": request_id}) for _ in range(20)))
    assert await until(lambda: system.logged("api-1", request_id) and system.logged("api-2", request_id))


async def test_the_document_and_its_page_come_through_the_gateway(system: RunningSystem) -> None:
    async with system.client(None) as client:
        page, document = await client.get("/docs"), await client.get("/openapi.json")
        files = [await client.get(path) for path in re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text)]
    assert page.status_code == 200
    assert "/generate-report" in document.json()["paths"]
    assert [file.status_code for file in files] == [200] * len(files)
    assert files


async def test_what_operators_ask_the_api_is_not_for_clients(system: RunningSystem, alice: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=system.state()["api"][0]["url"], trust_env=False) as inside:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await alice.get(path)).status_code == 404
            assert (await inside.get(path)).status_code == 200


def handled_lines(system: RunningSystem, request_id: str) -> list[dict[str, Any]]:
    """Return what the worker told about the handlers that it ran for one request."""
    lines = [json.loads(line) for line in system.logged("worker", request_id)]
    return [line for line in lines if line["event"] == "handled"]


def way_up(span: SpanView, spans: list[SpanView]) -> list[SpanView]:
    """Return the spans from this one to the top of its trace."""
    by_id = {each.span_id: each for each in spans}
    way = [span]
    while (parent := way[-1].parent_span_id) is not None:
        way.append(by_id[parent])
    return way


def statements_of_worker(spans: list[SpanView]) -> list[SpanView]:
    """Return the spans of the worker's SQL."""
    return [s for s in spans if "worker" in s.service and s.attributes.get("db.system.name") == "postgresql"]


async def settled_spans(system: RunningSystem, trace_id: str) -> list[SpanView]:
    """Return a trace once the worker has sent the end of it, and no parent is missing any more."""
    async with asyncio.timeout(15):
        while True:
            spans = await system.spans(trace_id)
            known = {span.span_id for span in spans}
            if statements_of_worker(spans) and all(
                s.parent_span_id is None or s.parent_span_id in known for s in spans
            ):
                return spans
            await asyncio.sleep(0.2)
