"""The demonstration's steps: the same calls any client would make, and where each left its traces."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from rich.box import SIMPLE_HEAVY
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from entrypoints.cli.trail import marks_of, record_of, trail
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
    ("protein", "protein_g"),
    ("fat", "fat_g"),
    ("carbs", "carbohydrate_g"),
    ("fibre", "fibre_g"),
    ("sodium", "sodium_mg"),
)
MANY = 100


@dataclass(frozen=True, slots=True)
class Tour:
    """Walks through the running picture and shows each step on the console."""

    picture: Picture
    console: Console

    async def show(self) -> None:
        """Show the synchronous path, the deferred one, and what telemetry kept of the latter."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        async with aiohttp.ClientSession(self.picture.gateway_url, headers=headers) as client:
            await self._read_a_recipe(client)
            request_id, job = await self._ask_for_a_report(client)
            finished = await self._watch(client, job["statusUrl"])
            await self._show_report(client, finished["resultsUrl"])
        await self._show_lines(request_id)
        await self._show_trace(request_id)

    def _token(self) -> str:
        settings, now = self.picture.settings, time.time()
        grant = Grant(issuer=settings.issuer, audience=settings.audience[0], subject="demo", scopes=SCOPES)
        return issue_token(KeyFolder(self.picture.folder.keys_dir).load(now), grant, now=now)

    async def _read_a_recipe(self, client: aiohttp.ClientSession) -> None:
        self.console.rule("[bold]3. Read a recipe (synchronous)")
        _, recipe = await self._exchange(client, "GET", f"/recipe/{await newest_recipe(self.picture.settings)}")
        self.console.print(f"  [bold]{escape(recipe['name'])}[/]")
        lines = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for section in recipe["ingredients"]:
            for line in section["lines"]:
                weight = f"{line['grams']:g} g of {line['ingredient']}" if "grams" in line else "not weighed"
                lines.add_row(escape(line["text"]), f"[dim]{escape(weight)}[/]")
        self.console.print(Padding(lines, (0, 0, 0, 4)))

    async def _ask_for_a_report(self, client: aiohttp.ClientSession) -> tuple[str, Mapping[str, Any]]:
        self.console.rule("[bold]4. Ask for a report (deferred)")
        headers, job = await self._exchange(client, "POST", "/generate-report", {"kind": "nutrition-summary"})
        self.console.print(f"  Location: {headers['location']}", highlight=False)
        return headers["x-request-id"], job

    async def _watch(self, client: aiohttp.ClientSession, url: str) -> Mapping[str, Any]:
        self.console.rule("[bold]5. Watch the job")
        began, seen = time.monotonic(), None
        async with asyncio.timeout(JOB_SECONDS):
            while True:
                async with client.get(url, raise_for_status=True) as answer:
                    job: dict[str, Any] = await answer.json()
                state = (job["status"], json.dumps(job.get("progress")))
                if state != seen:
                    seen = state
                    self.console.print(f"  +{time.monotonic() - began:5.2f} s  {_state(job)}", highlight=False)
                if job["status"] == "succeeded":
                    return job
                if "finishedAt" in job:
                    raise LocalError(f"demo: the job ended as {job['status']}: {job.get('problem')}")
                await asyncio.sleep(0.02)

    async def _show_report(self, client: aiohttp.ClientSession, url: str) -> None:
        self.console.rule("[bold]6. Read the report")
        _, report = await self._exchange(client, "GET", url)
        self.console.print(_table(report))

    async def _show_lines(self, request_id: str) -> None:
        self.console.rule("[bold]7. The same request, wherever it went")
        self.console.print(f"  X-Request-ID: {request_id}", highlight=False)
        async with asyncio.timeout(TRACE_SECONDS):
            for name in ("gateway", "worker"):  # logs are written in the background
                while next(marks_of(self.picture.folder, name, request_id), None) is None:  # noqa: ASYNC110 (a file announces nothing)
                    await asyncio.sleep(0.1)
        self.console.print(Padding(trail(self.picture.folder, request_id), (0, 0, 0, 2)))

    async def _show_trace(self, request_id: str) -> None:
        trace_id = next(
            record["trace_id"]
            for line in self.picture.folder.log_file("worker").read_text("utf-8").splitlines()
            if (record := record_of(line)) and record.get("request_id") == request_id and "trace_id" in record
        )
        async with aiohttp.ClientSession(self.picture.settings.otlp_endpoint) as client:
            spans = await self._settled_spans(client, trace_id)
        self.console.print(escape(render_trace(spans)), highlight=False, soft_wrap=True)

    async def _settled_spans(self, client: aiohttp.ClientSession, trace_id: str) -> list[SpanView]:
        """Wait until each process has sent its spans: the last to come are the worker's."""
        spans: list[SpanView] = []
        async with asyncio.timeout(TRACE_SECONDS):
            while len({span.service for span in spans}) < 3:  # noqa: PLR2004 (gateway, API and worker)
                async with client.get(f"/traces/{trace_id}") as answer:
                    spans = msgspec.json.decode(await answer.read(), type=list[SpanView]) if answer.ok else []
                await asyncio.sleep(0.2)
        return spans

    async def _exchange(
        self, client: aiohttp.ClientSession, method: str, path: str, body: object = None
    ) -> tuple[Mapping[str, str], dict[str, Any]]:
        """Make one call and show it; return its headers and body."""
        began = time.perf_counter()
        async with client.request(method, path, json=body, raise_for_status=True) as answer:
            content: dict[str, Any] = await answer.json()
            spent = (time.perf_counter() - began) * 1000
            self.console.print(
                f"  [bold]{method} {path}[/] → {answer.status} {answer.reason}  [dim]{spent:.1f} ms[/]", highlight=False
            )
            return answer.headers, content


def _state(job: Mapping[str, Any]) -> str:
    progress = job.get("progress")
    return f"{job['status']}" + (f"  {progress['done']} of {progress['total']} recipes" if progress else "")


def _table(report: Mapping[str, Any]) -> Table:
    coverage = report["coverage"]
    table = Table(
        title=f"Median per serving in g (sodium: mg); {coverage['resolved']} of {coverage['lines']} lines resolved",
        caption="– where no recipe of the category says for how many it is",
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAVY,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("category", no_wrap=True)
    for heading in ("recipes", *(heading for heading, _ in SHOWN)):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in report["rows"]:
        medians = [row["nutrients"][nutrient]["p50"] for _, nutrient in SHOWN]
        table.add_row(
            row["category"] or "none",
            str(row["recipes"]),
            *(_figure(median) for median in medians),
        )
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= MANY else f"{value:.1f}"
