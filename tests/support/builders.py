"""Builders that default everything a test does not care about."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from application.ports.idempotency import IdempotencyKey
from domain.commands import Command, GenerateReport
from domain.job import Job, Origin
from domain.principal import Principal
from domain.recipe import RecipeContent, RecipeYield, Section
from domain.report import ReportKind

ALL_SCOPES = frozenset(
    {"recipe:read", "recipe:write", "report:generate", "catalogue:write", "ingredient:write", "plan:write", "drill:run"}
)


def an_origin(
    subject: str = "alice",
    *,
    scopes: frozenset[str] = ALL_SCOPES,
    request_id: str = "request-0001",
    principal: Principal | None = None,
) -> Origin:
    """Return a caller with every scope, or the given one."""
    return Origin(principal=principal or Principal(subject=subject, scopes=scopes), request_id=request_id)


def a_content(name: str = "Rice", *lines: str, category: str | None = "Side dish") -> RecipeContent:
    """Return a small recipe for four."""
    return RecipeContent(
        name=name,
        sections=(Section(lines=lines or ("300 g rice", "salt to taste")),),
        steps=("Cook it.",),
        recipe_yield=RecipeYield(amount=Fraction(4)),
        category=category,
    )


def a_job(job_id: int = 1, *, owner: str = "alice", command: Command | None = None, max_attempts: int = 3) -> Job:
    """Return a queued job."""
    return Job(
        id=UUID(int=job_id),
        command=command or GenerateReport(kind=ReportKind.NUTRITION_SUMMARY),
        kind="generate-report",
        origin=an_origin(owner),
        max_attempts=max_attempts,
        created_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    )


def a_key(key: str = "key-1", *, scope: str = "alice POST /generate-report", fingerprint: str = "f1") -> IdempotencyKey:
    """Return an idempotency key of one request."""
    return IdempotencyKey(scope=scope, key=key, fingerprint=fingerprint)
