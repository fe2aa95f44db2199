"""The demonstration's steps: the same calls any client would make, and where each left its traces."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from entrypoints.container import newest_recipe
from entrypoints.local.errors import LocalError
from entrypoints.local.issuer_keys import KeyFolder
from entrypoints.local.issuer_tokens import Grant, issue_token
from entrypoints.local.picture import Picture
from entrypoints.local.trace_tree import SpanView, render_trace

SCOPES = ("recipe:read", "recipe:write", "report:generate")
JOB_SECONDS = 30
TRACE_SECONDS = 5
SHOWN = (
    ("kcal", "energy_kcal"),
    ("protein g", "protein_g"),
    ("fat g", "fat_g"),
    ("carbs g", "carbohydrate_g"),
    ("fibre g", "fibre_g"),
    ("sodium mg", "sodium_mg"),
)
LOGS = ("gateway", "api-1", "api-2", "worker", "postgres")


@dataclass(frozen=True, slots=True)
class Tour:
    """Walks through the running picture and shows each step on the console."""

    picture: Picture
    console: Console

    async def show(self) -> None:
        """Show the synchronous path, the deferred one, and what telemetry kept of the latter."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        async with httpx.AsyncClient(base_url=self.picture.gateway_url, headers=headers, timeout=10) as client:
            await self._read_a_recipe(client)
            request_id, job = await self._ask_for_a_report(client)
            finished = await self._watch(client, job["statusUrl"])
            await self._show_report(client, finished["resultsUrl"])
        await self._show_lines(request_id)
        await self._show_trace(request_id)

    def _token(self) -> str:
        settings, now = self.picture.settings, time.time()
        grant = Grant(issuer=settings.issuer, audience=settings.audience, subject="demo", scopes=SCOPES)
        return issue_token(KeyFolder(self.picture.folder.keys_dir).load(now), grant, now=now)

    async def _read_a_recipe(self, client: httpx.AsyncClient) -> None:
        self.console.rule("[bold]3. Read a recipe (synchronous)")
        answer = await client.get(f"/recipe/{await newest_recipe(self.picture.settings)}")
        self._exchange(answer)
        recipe = answer.raise_for_status().json()
        self.console.print(f"  [bold]{escape(recipe['name'])}[/]")
        for section in recipe["ingredients"]:
            for line in section["lines"]:
                weight = f"{line['grams']:g} g of {line['ingredient']}" if "grams" in line else "not weighed"
                self.console.print(f"    {line['text']}  [dim]{escape(weight)}[/]", highlight=False)

    async def _ask_for_a_report(self, client: httpx.AsyncClient) -> tuple[str, Mapping[str, Any]]:
        self.console.rule("[bold]4. Ask for a report (deferred)")
        answer = await client.post("/generate-report", json={"kind": "nutrition-summary"})
        self._exchange(answer)
        self.console.print(f"  Location: {answer.headers['location']}", highlight=False)
        return answer.headers["x-request-id"], answer.raise_for_status().json()

    async def _watch(self, client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
        self.console.rule("[bold]5. Watch the job")
        began, seen = time.monotonic(), None
        async with asyncio.timeout(JOB_SECONDS):
            while True:
                job = (await client.get(url)).raise_for_status().json()
                state = (job["status"], json.dumps(job.get("progress")))
                if state != seen:
                    seen = state
                    self.console.print(f"  +{time.monotonic() - began:5.2f} s  {_state(job)}", highlight=False)
                if job["status"] == "succeeded":
                    return dict(job)
                if "finishedAt" in job:
                    raise LocalError(f"demo: the job ended as {job['status']}: {job.get('problem')}")
                await asyncio.sleep(0.02)

    async def _show_report(self, client: httpx.AsyncClient, url: str) -> None:
        self.console.rule("[bold]6. Read the report")
        answer = await client.get(url)
        self._exchange(answer)
        self.console.print(_table(answer.raise_for_status().json()))

    async def _show_lines(self, request_id: str) -> None:
        self.console.rule("[bold]7. The same request, wherever it went")
        async with asyncio.timeout(TRACE_SECONDS):
            for name in ("gateway", "worker"):  # logs are written in the background
                while next(self._lines(name, request_id), None) is None:  # noqa: ASYNC110 (a file announces nothing)
                    await asyncio.sleep(0.1)
        for name in LOGS:
            for line in self._lines(name, request_id):
                self.console.print(f"  [cyan]{name:<8}[/] {escape(line)}", highlight=False, soft_wrap=True)

    def _lines(self, name: str, request_id: str) -> Iterator[str]:
        file = self.picture.folder.log_file(name)
        if file.exists():
            for line in file.read_text("utf-8", errors="replace").splitlines():
                if request_id in line:
                    yield _short(line)

    async def _show_trace(self, request_id: str) -> None:
        trace_id = next(
            record["trace_id"]
            for line in self.picture.folder.log_file("worker").read_text("utf-8").splitlines()
            if (record := _record(line)) and record.get("request_id") == request_id and "trace_id" in record
        )
        async with httpx.AsyncClient(base_url=self.picture.settings.otlp_endpoint or "", timeout=5) as client:
            spans = await self._settled_spans(client, trace_id)
        self.console.print(escape(render_trace(spans)), highlight=False, soft_wrap=True)

    async def _settled_spans(self, client: httpx.AsyncClient, trace_id: str) -> list[SpanView]:
        """Wait until each process has sent its spans: the last to come are the worker's."""
        spans: list[SpanView] = []
        async with asyncio.timeout(TRACE_SECONDS):
            while len({span.service for span in spans}) < 3:  # noqa: PLR2004 (gateway, API and worker)
                answer = await client.get(f"/traces/{trace_id}")
                spans = msgspec.json.decode(answer.content, type=list[SpanView]) if answer.is_success else []
                await asyncio.sleep(0.2)
        return spans

    def _exchange(self, answer: httpx.Response) -> None:
        request = answer.request
        self.console.print(
            f"  [bold]{request.method} {request.url.path}[/] → {answer.status_code} {answer.reason_phrase}"
            f"  [dim]{answer.elapsed.total_seconds() * 1000:.1f} ms[/]",
            highlight=False,
        )


def _state(job: Mapping[str, Any]) -> str:
    progress = job.get("progress")
    return f"{job['status']}" + (f"  {progress['done']} of {progress['total']} recipes" if progress else "")


def _short(line: str) -> str:
    record = _record(line)
    if record is None:
        return line[:200]
    kept = ("time", "event", "request_id", "route", "status", "handler", "outcome", "duration_ms", "message")
    return "  ".join(f"{name}={record[name]}" for name in kept if record.get(name) not in (None, ""))[:240]


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _table(report: Mapping[str, Any]) -> Table:
    coverage = report["coverage"]
    table = Table(
        title=f"Median per serving, by category; {coverage['resolved']} of {coverage['lines']} lines resolved",
        title_justify="left",
    )
    table.add_column("category", no_wrap=True)
    for heading in ("recipes", *(heading for heading, _ in SHOWN)):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in report["rows"]:
        medians = [row["nutrients"][nutrient]["p50"] for _, nutrient in SHOWN]
        table.add_row(
            row["category"] or "none",
            str(row["recipes"]),
            *("unknown" if median is None else f"{median:,.1f}" for median in medians),
        )
    return table
