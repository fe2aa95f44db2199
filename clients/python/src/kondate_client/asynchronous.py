"""The client for asyncio: the same as the one for plain code, awaited."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

import httpx

from kondate_client.exchange import RESTED, Answer, Ask, Flow, Lost
from kondate_client.flows import FORMATS, Body, Flows, Tell, export_of, query_of
from kondate_client.following import Following
from kondate_client.models import Created, Envelope, JobPage, JobState, RecipePage, Representation, Status
from kondate_client.retries import Retries
from kondate_client.transport import OK, Token, answer_of, request_of

T = TypeVar("T")
R = TypeVar("R")


class Run(Protocol):
    """Carries out a flow."""

    async def __call__(self, flow: Flow[R], /) -> R:
        """Return what the flow returns, or raise what it raises."""


Follow = Callable[[str], AsyncIterator[JobState]]
"""Yields each state of a job."""


@dataclass(frozen=True, slots=True)
class AsyncJob(Generic[T]):
    """A job that was asked for; it goes on whether or not anybody waits."""

    id: str
    flows: Flows
    run: Run
    follow: Follow
    load: Callable[[str], Flow[T]]

    async def state(self) -> JobState:
        """Look at the job."""
        return await self.run(self.flows.job(self.id))

    async def wait(self, timeout_seconds: float | None = None, on_progress: Tell | None = None) -> JobState:
        """Return the job's end, however it ended; raise NotFinishedError after `timeout_seconds`."""
        return await self.run(self.flows.ended(self.id, timeout_seconds, on_progress))

    async def result(self, timeout_seconds: float | None = None, on_progress: Tell | None = None) -> T:
        """Wait for the job and return what it made; raise JobFailedError, JobCancelledError or NotFinishedError."""
        return await self.run(self.flows.result(self.id, self.load, timeout_seconds, on_progress))

    def events(self) -> AsyncIterator[JobState]:
        """Yield each state as it happens, the last one last; a stream that breaks off is resumed."""
        return self.follow(self.id)

    async def results_url(self, timeout_seconds: float | None = None, on_progress: Tell | None = None) -> str | None:
        """Wait for the job and return where its result is; raise as `result` does."""
        return await self.run(self.flows.results_url(self.id, timeout_seconds, on_progress))

    async def cancel(self) -> None:
        """Ask for the job to be stopped; ProblemError 409 when it has ended."""
        await self.run(self.flows.cancel(self.id))


@dataclass(frozen=True, slots=True)
class AsyncRecipes:
    """Recipes."""

    flows: Flows
    run: Run
    follow: Follow

    async def get(self, recipe_id: str) -> Representation:
        """Read one recipe."""
        return await self.run(self.flows.representation(f"/recipe/{recipe_id}", FORMATS["json"]))

    async def page(  # noqa: PLR0913 (one argument a filter)
        self,
        q: str | None = None,
        *,
        tag: str | None = None,
        ingredient: str | None = None,
        free_from: str | Sequence[str] | None = None,
        free_from_jp: str | Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> RecipePage:
        """Find recipes; `page.next` is the `cursor` of the following page.

        Allergens are the EU's, and with `_jp` those of Japan's list; of several a recipe is free of all.
        """
        lists = {"free_from": free_from, "free_from_jp": free_from_jp}
        query = query_of(q=q, tag=tag, ingredient=ingredient, **lists, limit=limit, cursor=cursor)
        return await self.run(self.flows.recipes(query))

    async def each(
        self,
        q: str | None = None,
        *,
        tag: str | None = None,
        free_from: str | Sequence[str] | None = None,
        free_from_jp: str | Sequence[str] | None = None,
    ) -> AsyncIterator[Body]:
        """Find recipes, page after page."""
        cursor: str | None = None
        while True:
            page = await self.page(q, tag=tag, free_from=free_from, free_from_jp=free_from_jp, cursor=cursor)
            for recipe in page.items:
                yield recipe
            if (cursor := page.next) is None:
                return

    async def add(self, recipe: Body, *, key: str | None = None) -> Created:
        """Publish a recipe, in Kondate's form or schema.org's (with `@type`)."""
        return await self.run(self.flows.add_recipe(recipe, key))

    async def revise(self, recipe_id: str, recipe: Body, *, etag: str, key: str | None = None) -> None:
        """Replace a recipe that is still as it was when `etag` was read; ProblemError 412 when it is not."""
        await self.run(self.flows.change_recipe("PUT", f"/recipe/{recipe_id}", etag, recipe, key))

    async def delete(self, recipe_id: str, *, etag: str, key: str | None = None) -> None:
        """Delete a recipe that is still as it was when `etag` was read."""
        await self.run(self.flows.change_recipe("DELETE", f"/recipe/{recipe_id}", etag, None, key))

    async def import_lines(self, lines: bytes, *, key: str | None = None) -> AsyncJob[Representation]:
        """Import schema.org recipes, one JSON object a line; the result lists the lines that were bad."""
        job_id = await self.run(self.flows.start("/import-recipes", lines, key))
        return AsyncJob(
            job_id, self.flows, self.run, self.follow, lambda url: self.flows.representation(url, FORMATS["json"])
        )

    async def export(
        self,
        *,
        of: str = "own",
        recipe_ids: Sequence[str] = (),
        category: str | None = None,
        tag: str | None = None,
        key: str | None = None,
    ) -> AsyncJob[Representation]:
        """Export one's `own` recipes or all `published` ones; the result is lines that can be imported again."""
        job_id = await self.run(self.flows.start("/export-recipes", export_of(of, recipe_ids, category, tag), key))
        return AsyncJob(
            job_id, self.flows, self.run, self.follow, lambda url: self.flows.representation(url, FORMATS["ndjson"])
        )


@dataclass(frozen=True, slots=True)
class AsyncReports:
    """Reports."""

    flows: Flows
    run: Run
    follow: Follow

    async def generate(self, kind: str, *, key: str | None = None, **parameters: Any) -> AsyncJob[Envelope]:  # noqa: ANN401 (JSON)
        """Ask for a report; the job is kept when this returns."""
        body = {"kind": kind, "parameters": parameters} if parameters else {"kind": kind}
        job_id = await self.run(self.flows.start("/generate-report", body, key))
        return AsyncJob(job_id, self.flows, self.run, self.follow, self.flows.envelope)

    async def read(self, url: str, form: str = "json") -> Representation:
        """Read a finished report as `json`, `csv`, `ndjson` or `html`."""
        return await self.run(self.flows.representation(url, FORMATS[form]))


@dataclass(frozen=True, slots=True)
class AsyncJobs:
    """The caller's jobs."""

    flows: Flows
    run: Run
    follow: Follow

    def get(self, job_id: str) -> AsyncJob[Representation]:
        """Take up a job that was asked for earlier."""
        return AsyncJob(
            job_id, self.flows, self.run, self.follow, lambda url: self.flows.representation(url, FORMATS["json"])
        )

    async def page(
        self, *, status: Status | None = None, limit: int | None = None, cursor: str | None = None
    ) -> JobPage:
        """List jobs, newest first; `page.next` is the `cursor` of the following page."""
        return await self.run(self.flows.jobs(query_of(status=status, limit=limit, cursor=cursor)))


class AsyncKondate:
    """The service at one address, for one caller.

    >>> async with AsyncKondate("http://127.0.0.1:8080", token) as kondate:
    ...     job = await kondate.reports.generate("nutrition-summary")
    ...     envelope = await job.result()
    """

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        retries: Retries | None = None,
        verify: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect when first needed; `verify` knows a private authority, `transport` is for proxies and tests."""
        self._http = httpx.AsyncClient(base_url=url, verify=verify, transport=transport)
        self._token = token
        self._retries = retries or Retries()
        flows = Flows(self._retries, time.monotonic)
        self.recipes = AsyncRecipes(flows, self.run, self.follow)
        self.reports = AsyncReports(flows, self.run, self.follow)
        self.jobs = AsyncJobs(flows, self.run, self.follow)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def run(self, flow: Flow[R]) -> R:
        """Carry out a flow."""
        try:
            step = next(flow)
            while True:
                if isinstance(step, Ask):
                    step = flow.send(await self._send(step))
                else:
                    await asyncio.sleep(step.seconds)
                    step = flow.send(RESTED)
        except StopIteration as end:
            result: R = end.value
            return result

    async def follow(self, job_id: str) -> AsyncIterator[JobState]:
        """Yield each state of a job as it happens; raise ProblemError or UnreachableError."""
        following = Following(job_id=job_id, retries=self._retries)
        while not following.is_over:
            trouble: Answer | Lost = Lost(EOFError("the stream ended before the job"))
            try:
                request = request_of(following.ask(), self._http, self._token)
                async with aclosing(await self._http.send(request, stream=True)) as answer:
                    if answer.status_code != OK:
                        await answer.aread()
                        trouble = answer_of(answer)
                    else:
                        async for line in answer.aiter_lines():
                            if (state := following.heard(line)) is not None:
                                yield state
            except httpx.TransportError as error:
                trouble = Lost(error)
            if not following.is_over:
                await asyncio.sleep(following.pause(trouble))

    async def _send(self, ask: Ask) -> Answer | Lost:
        try:
            return answer_of(await self._http.send(request_of(ask, self._http, self._token)))
        except httpx.TransportError as error:
            return Lost(error)
