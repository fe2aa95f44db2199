"""A report in each of its forms: chosen by Accept, safe to open, and whole."""

import csv
import hashlib
import io
import re
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.report import ReportKind
from entrypoints.http.representations.choice import FORMS, chosen_form
from entrypoints.http.representations.csv_table import csv_parts, safe
from entrypoints.http.representations.ndjson_lines import ndjson_parts
from entrypoints.http.representations.page import page_parts
from tests.support.facts import PARAMETERS, a_meal, a_plan, a_price, a_price_list, facts, findings, sample_ingredients
from tests.support.facts import sources as read_from
from tests.support.http import ALICE, REPORT, RICE, InMemoryApi, problem_of

NASTY = "<script>alert('x')</script>&\"=1+1"
REPORTS = {
    "report": {"id": "1", "kind": "of-tomorrow", "parameters": {"tag": NASTY}, "snapshot": "sha256:0"},
    "coverage": {"lines": 3, "resolved": 2},
    "summary": {"recipes": 1, "listed": ["=1+1", NASTY], "none": [], "is_new": True},
    "rows": [
        {"name": NASTY, "figure": -1.5, "inner": {"p50": None, "list": ["+a", "b"]}},
        {"name": "a,b\r\nc", "more": 2},
    ],
}


def a_report(kind: ReportKind) -> dict[str, Any]:
    parameters = PARAMETERS[kind]
    read = read_from(
        *sample_ingredients(),
        price_list=a_price_list(*(a_price(name, 3) for name in ("rice", "milk", "butter"))),
        menu_plan=a_plan(*(a_meal(number) for number in range(1, 8))),
    )
    recipes = [facts(n, ("rice", 10 * n), ("milk", 5), category=None if n % 2 else "Soup") for n in range(1, 8)]
    found = findings(kind, parameters, read, recipes)
    content: Any = msgspec.json.decode(msgspec.json.encode({"summary": found.summary, "rows": found.rows}))
    head: dict[str, object] = {"id": "1", "kind": kind.value, "parameters": {}, "snapshot": "sha256:0"}
    return {"report": head, "coverage": dict(found.coverage), **content}


async def a_finished_report(client: httpx.AsyncClient, api: InMemoryApi) -> str:
    await client.post("/recipes", headers=ALICE, json=RICE)
    accepted = (await client.post("/generate-report", headers=ALICE, json=REPORT)).json()
    await api.application.run_job.run(UUID(accepted["jobId"]))
    url: str = (await client.get(accepted["statusUrl"], headers=ALICE)).json()["resultsUrl"]
    return url


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
    ],
)
def test_a_client_gets_the_form_that_it_likes_best(accept: str | None, form: str) -> None:
    assert chosen_form(accept) == form


async def test_each_form_has_its_own_tag_and_says_what_it_depends_on(
    client: httpx.AsyncClient, api: InMemoryApi
) -> None:
    url, tags = await a_finished_report(client, api), set()
    for form in ("application/json", *FORMS):
        answer = await client.get(url, headers={**ALICE, "accept": form})
        assert (answer.status_code, answer.headers["vary"]) == (200, "Accept")
        assert answer.headers["content-type"].startswith(form)
        tags.add(answer.headers["etag"])
        again = {**ALICE, "accept": form, "if-none-match": answer.headers["etag"]}
        assert (await client.get(url, headers=again)).status_code == 304
    assert len(tags) == 4


async def test_a_form_that_there_is_not_is_refused(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    url = await a_finished_report(client, api)
    problem_of(await client.get(url, headers={**ALICE, "accept": "image/png"}), 406, "not-acceptable")


async def test_a_page_runs_nothing_and_loads_nothing(client: httpx.AsyncClient, api: InMemoryApi) -> None:
    answer = await client.get(await a_finished_report(client, api), headers={**ALICE, "accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"<script|<link|<img|style=|\son\w+=|https?:", answer.text)


@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_has_a_page_with_all_its_rows(kind: ReportKind) -> None:
    report = a_report(kind)
    page = b"".join(page_parts(report)).decode()
    assert page.count("<tr>") >= len(report["rows"]) + 1
    assert "<svg" in page
    assert "</html>" in page


@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_has_a_page_even_without_rows(kind: ReportKind) -> None:
    read = read_from(price_list=a_price_list(), menu_plan=a_plan())
    found = findings(kind, PARAMETERS[kind], read, [])
    head: dict[str, object] = {"id": "1", "kind": kind.value, "parameters": {}, "snapshot": "sha256:0"}
    report = {"report": head, "coverage": found.coverage, "summary": found.summary, "rows": found.rows}
    assert b"</html>" in b"".join(page_parts(report))


def test_a_page_shows_text_and_never_markup() -> None:
    page = b"".join(page_parts(REPORTS)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_csv_is_one_header_and_a_line_a_row_with_formulas_made_harmless() -> None:
    text = b"".join(csv_parts(REPORTS)).decode()
    header, first, second = csv.reader(io.StringIO(text, newline=""))
    assert header == ["name", "figure", "inner.p50", "inner.list", "more"]
    assert first == [NASTY, "-1.5", "", "'+a; b", ""]
    assert second == ["a,b\r\nc", "", "", "", "2"]
    assert text.count("\r\n") == 4


@given(st.text())
def test_no_text_cell_begins_a_formula(text: str) -> None:
    shown = safe(text)
    assert shown.removeprefix("'") == text.removeprefix("'")
    assert not shown.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_ndjson_ends_with_a_checksum_of_all_before() -> None:
    *before, last = b"".join(ndjson_parts(REPORTS)).splitlines(keepends=True)
    trailer = msgspec.json.decode(last)
    assert trailer == {"rows": 2, "sha256": hashlib.sha256(b"".join(before)).hexdigest()}
    assert [msgspec.json.decode(line) for line in before[1:]] == REPORTS["rows"]
    assert "rows" not in msgspec.json.decode(before[0])
