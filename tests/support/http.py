"""The API in memory: the real door of HTTP, the in-memory core behind it, no socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from adapters.wire.documents import DOCUMENTS
from application.admission import Admission
from application.ports.idempotency import KEY_LIFE
from application.ports.tokens import InvalidTokenError, VerifiedToken
from domain.principal import Principal
from entrypoints.http.app import create_app
from entrypoints.http.observation import Observed
from entrypoints.http.parts import ApiParts
from entrypoints.http.shared_documents import SharedDocuments
from entrypoints.readiness import Readiness
from tests.support.application import InMemoryApplication
from tests.support.builders import ALL_SCOPES
from tests.support.contract import checking_answers
from tests.support.operations import InMemoryOperations

ALICE = {"authorization": "Bearer alice"}
BOB = {"authorization": "Bearer bob"}
EDITOR = {"authorization": "Bearer editor"}
NOBODY = {"authorization": "Bearer powerless"}
RICE: Mapping[str, Any] = {"name": "Rice", "ingredients": [{"lines": ["300 g rice"]}], "steps": ["Cook it."]}
REPORT: Mapping[str, Any] = {"kind": "nutrition-summary"}


class KnownTokens:
    """Verifies by heart: `alice`, `bob` and `editor` have every scope, `powerless` none; all else is forged."""

    async def verify(self, token: str) -> VerifiedToken:
        """Return whom a token speaks for."""
        scopes = {"alice": ALL_SCOPES, "bob": ALL_SCOPES, "editor": ALL_SCOPES, "powerless": frozenset[str]()}
        if token not in scopes:
            raise InvalidTokenError("wrong signature")
        roles = frozenset({token}) & {"editor"}
        principal = Principal(subject=token, scopes=scopes[token], roles=roles)
        return VerifiedToken(principal=principal, expires_at=float("inf"))


@dataclass
class InMemoryApi:
    """The API's parts; `instead` replaces any of them by its name, `checks` are what readiness asks."""

    application: InMemoryApplication = field(default_factory=InMemoryApplication)
    checks: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    instead: Mapping[str, Any] = field(default_factory=dict)
    _apps: dict[bool, Observed] = field(default_factory=dict, init=False)

    @asynccontextmanager
    async def client(self, *, with_docs: bool = True) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client without a token of its own; each answer it gets is held against the API's own description."""
        if with_docs not in self._apps:
            self._apps[with_docs] = create_app(self.parts(), with_docs=with_docs)
        transport = httpx.ASGITransport(app=self._apps[with_docs])  # type: ignore[arg-type]
        hooks = {"response": [checking_answers(with_docs=with_docs)]}
        async with httpx.AsyncClient(transport=transport, base_url="http://api", event_hooks=hooks) as client:
            yield client

    def parts(self) -> ApiParts:
        """Return what the real API is made of, with in-memory adapters."""
        core = self.application
        parts = ApiParts(
            bus=core.bus,
            admission=Admission(
                bus=core.bus, upkeep=core.jobs, clock=core.clock, most_queued=10_000, oldest_seconds=600
            ),
            operations=InMemoryOperations(core).operations,
            documents=DOCUMENTS,
            job_watch=core.watch,
            job_reads=core.job_reads,
            once=core.once,
            pace=core.pace,
            most_event_streams=3,
            key_life=KEY_LIFE,
            recipe_reads=core.recipe_reads,
            shared_recipes=SharedDocuments(
                self.instead.get("recipe_reads", core.recipe_reads).document, core.telemetry, limit_bytes=1_000_000
            ),
            report_reads=core.report_reads,
            planning_reads=core.planning_reads,
            uploads=core.uploads,
            import_reads=core.import_reads,
            export_reads=core.export_reads,
            webhook_reads=core.webhook_reads,
            webhook_sender=core.webhook_sender,
            find=core.find,
            ingredients=core.find_ingredients,
            catalogue=core.catalogue,
            verifier=KnownTokens(),
            scope_prefix="",
            readiness=Readiness(self.checks),
            tracer=core.telemetry,
            meter=core.telemetry,
            telemetry=core.telemetry,
            ids=core.ids,
        )
        return replace(parts, **self.instead)

    def stored(self) -> int:
        """Return how many rows there are of whatever kind."""
        tables = self.application.tables
        return len(tables.recipes) + len(tables.jobs) + len(tables.outbox) + len(tables.reports)


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the body of an error after checking all that every error promises."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "instance", "requestId"}
    assert body["type"] == f"/problems/{code}"
    assert body["status"] == status
    assert body["instance"] == answer.request.url.raw_path.partition(b"?")[0].decode()
    assert body["requestId"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    return body
