"""What the client can do, each as a flow of requests and pauses."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from kondate_client.errors import JobCancelledError, JobFailedError, NotFinishedError, ProblemError, UnreachableError
from kondate_client.exchange import Answer, Ask, Flow, Lost, Pause
from kondate_client.models import (
    Accepted,
    Created,
    Envelope,
    JobPage,
    JobState,
    Problem,
    RecipePage,
    Representation,
    Status,
)
from kondate_client.retries import Retries

T = TypeVar("T")

POLL_SECONDS = 1.0
WAIT_SECONDS = 20
"""How long one look at a job waits for news; the server's longest is 30."""
MARGIN_SECONDS = 10.0
LD_JSON = "application/ld+json"
NDJSON = "application/x-ndjson"
FORMATS: Mapping[str, str] = {"json": "application/json", "csv": "text/csv", "ndjson": NDJSON, "html": "text/html"}
UNCHANGED = 304
LOWEST_ERROR = 400

Tell = Callable[[JobState], None]
"""Is told each state of a job that is waited for."""
Clock = Callable[[], float]
"""Seconds that never go back."""
Body = Mapping[str, Any]
Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of one client."""

    retries: Retries
    clock: Clock

    def ask(self, ask: Ask) -> Flow[Answer]:
        """Ask until an answer is worth keeping; raise ProblemError or UnreachableError."""
        attempt = 1
        while True:
            answer = yield ask
            pause = self.retries.pause(attempt, answer)
            if pause is None:
                return kept(answer)
            attempt += 1
            yield Pause(pause)

    def command(self, ask: Ask, key: str | None = None) -> Flow[Answer]:
        """Ask for a change under an idempotency key, which makes it safe to ask again."""
        return self.ask(replace(ask, headers={**ask.headers, "Idempotency-Key": key or secrets.token_urlsafe(16)}))

    def representation(self, path: str, media_type: str) -> Flow[Representation]:
        """Read one resource."""
        answer = yield from self.ask(Ask(method="GET", path=path, headers={"Accept": media_type}))
        return Representation(
            body=answer.body,
            media_type=answer.headers.get("content-type", media_type),
            etag=answer.headers.get("etag"),
        )

    def json(self, path: str) -> Flow[Representation]:
        """Read one resource as JSON."""
        return self.representation(path, FORMATS["json"])

    def envelope(self, path: str) -> Flow[Envelope]:
        """Read one report."""
        found = yield from self.representation(path, FORMATS["json"])
        return msgspec.json.decode(found.body, type=Envelope)

    def recipes(self, query: Query) -> Flow[RecipePage]:
        """Read a page of recipes."""
        answer = yield from self.ask(Ask(method="GET", path="/recipes", query=query))
        page = msgspec.json.decode(answer.body, type=RecipePage)
        return msgspec.structs.replace(page, next=_cursor(page.next))

    def add_recipe(self, recipe: Body, key: str | None) -> Flow[Created]:
        """Publish a recipe: Kondate's own form, or schema.org's where it says so."""
        media_type = LD_JSON if "@type" in recipe else FORMATS["json"]
        answer = yield from self.command(_post("/recipes", recipe, media_type), key)
        return msgspec.json.decode(answer.body, type=Created)

    def change_recipe(self, method: str, path: str, etag: str, recipe: Body | None, key: str | None) -> Flow[None]:
        """Change or delete a recipe that is still as it was read; ProblemError 412 when it is not."""
        body = None if recipe is None else msgspec.json.encode(recipe)
        kind = {} if recipe is None else {"Content-Type": FORMATS["json"]}
        yield from self.command(Ask(method=method, path=path, headers={"If-Match": etag, **kind}, body=body), key)

    def start(self, path: str, body: Body | bytes, key: str | None) -> Flow[str]:
        """Ask for a job and return its id: it is kept from now on."""
        ask = _post(path, body, NDJSON if isinstance(body, bytes) else FORMATS["json"])
        answer = yield from self.command(replace(ask, headers={**ask.headers, "Prefer": "respond-async"}), key)
        return msgspec.json.decode(answer.body, type=Accepted).job_id

    def job(self, job_id: str) -> Flow[JobState]:
        """Look at a job."""
        answer = yield from self.ask(Ask(method="GET", path=f"/jobs/{job_id}"))
        return msgspec.json.decode(answer.body, type=JobState)

    def jobs(self, query: Query) -> Flow[JobPage]:
        """Read a page of the caller's jobs."""
        answer = yield from self.ask(Ask(method="GET", path="/jobs", query=query))
        return msgspec.json.decode(answer.body, type=JobPage)

    def cancel(self, job_id: str) -> Flow[None]:
        """Ask for a job to be stopped; ProblemError 409 when it has ended."""
        yield from self.command(Ask(method="POST", path=f"/jobs/{job_id}/cancel"))

    def ended(self, job_id: str, seconds: float | None, tell: Tell | None) -> Flow[JobState]:
        """Wait for a job's end, told each change on the way; raise NotFinishedError after `seconds`.

        Each look waits at the server until something has changed, so that news comes at once and nobody asks in vain.
        """
        until = None if seconds is None else self.clock() + seconds
        answer = yield from self.ask(_look(job_id))
        state = _told(answer, tell)
        while not state.status.is_terminal:
            left = WAIT_SECONDS if until is None else until - self.clock()
            if left <= 0:
                raise NotFinishedError(state)
            etag = answer.headers.get("etag", "")
            answer = yield from self.ask(_look(job_id, etag, min(WAIT_SECONDS, ceil(left))))
            if answer.status != UNCHANGED:
                state = _told(answer, tell)
            if "preference-applied" not in answer.headers:
                yield Pause(POLL_SECONDS)  # it does not wait for news, so asking on at once would be a siege
        return state

    def results_url(self, job_id: str, seconds: float | None, tell: Tell | None) -> Flow[str | None]:
        """Wait for a job's end and return where its result is; raise when it has none."""
        state = yield from self.ended(job_id, seconds, tell)
        if state.status is Status.CANCELLED:
            raise JobCancelledError(f"job {job_id} was cancelled")
        if state.status is Status.FAILED:
            raise JobFailedError(state.problem or Problem(title="Job failed", status=500))
        return state.results_url

    def result(self, job_id: str, load: Callable[[str], Flow[T]], seconds: float | None, tell: Tell | None) -> Flow[T]:
        """Wait for a job's end and read its result."""
        url = yield from self.results_url(job_id, seconds, tell)
        return (yield from load(url or f"/jobs/{job_id}"))


def export_of(of: str, recipe_ids: Sequence[str], category: str | None, tag: str | None) -> Body:
    """Return what selects the recipes of an export."""
    conditions = {"recipeIds": list(recipe_ids) or None, "category": category, "tag": tag}
    return {"of": of, **{name: value for name, value in conditions.items() if value is not None}}


def query_of(**parameters: str | int | Sequence[str] | None) -> Query:
    """Return the query with what was given, named as the API names it: `free_from` is `free-from`, once for each."""
    return {
        name.replace("_", "-"): str(value) if isinstance(value, int) else value
        for name, value in parameters.items()
        if value is not None
    }


def _cursor(following: str | None) -> str | None:
    """Return the cursor in the address of a following page."""
    return None if following is None else dict(parse_qsl(urlsplit(following).query)).get("cursor")


def _post(path: str, body: Body | bytes, media_type: str) -> Ask:
    encoded = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Ask(method="POST", path=path, headers={"Content-Type": media_type}, body=encoded)


def _look(job_id: str, etag: str = "", wait_seconds: int = 0) -> Ask:
    headers = {"If-None-Match": etag} if etag else {}
    if wait_seconds:
        headers["Prefer"] = f"wait={wait_seconds}"
    return Ask(method="GET", path=f"/jobs/{job_id}", headers=headers, timeout_seconds=wait_seconds + MARGIN_SECONDS)


def _told(answer: Answer, tell: Tell | None) -> JobState:
    state = msgspec.json.decode(answer.body, type=JobState)
    if tell is not None:
        tell(state)
    return state


def kept(answer: Answer | Lost) -> Answer:
    """Return an answer that is none of an error; raise ProblemError or UnreachableError."""
    if isinstance(answer, Lost):
        raise UnreachableError(f"the service does not answer: {answer.cause}") from answer.cause
    if answer.status >= LOWEST_ERROR:
        raise ProblemError(_problem(answer))
    return answer


def _problem(answer: Answer) -> Problem:
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except msgspec.DecodeError:  # from a proxy between us and the service
        return Problem(title="Unexpected answer", status=answer.status)
