"""What the API answers, as values; fields that a newer server adds are ignored."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing will change any more."""
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


class Fault(msgspec.Struct, frozen=True):
    """One field that is to blame; `pointer` is a JSON pointer into the body that was sent."""

    detail: str
    pointer: str = ""


class Problem(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What went wrong (RFC 9457); `request_id` finds it in the server's logs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    request_id: str = ""
    errors: tuple[Fault, ...] = ()


class Progress(msgspec.Struct, frozen=True):
    """How much of a job's work is done; it never goes back within an attempt."""

    done: int
    total: int


class JobState(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A job as it was when it was looked at."""

    job_id: str
    kind: str
    status: Status
    attempt: int
    created_at: datetime
    progress: Progress | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    results_url: str | None = None
    problem: Problem | None = None


class Accepted(msgspec.Struct, frozen=True, rename="camel"):
    """A 202: the job is kept and will be carried out."""

    job_id: str


class Created(msgspec.Struct, frozen=True):
    """What a command brought about, and where it is."""

    id: str
    url: str


class JobPage(msgspec.Struct, frozen=True):
    """Some jobs, newest first, and where the following page begins."""

    items: tuple[JobState, ...]
    next: str | None = None


class RecipePage(msgspec.Struct, frozen=True):
    """Some recipes, and where the following page begins."""

    items: tuple[dict[str, Any], ...]
    next: str | None = None


class Representation(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it was sent; `etag` is what a change of it must match."""

    body: bytes
    media_type: str
    etag: str | None = None

    def json(self) -> Any:  # noqa: ANN401 (JSON is any of six things)
        """Return the body, read as JSON."""
        return msgspec.json.decode(self.body)


class Envelope(msgspec.Struct, frozen=True):
    """A report: what was asked of which snapshot, how much of it was understood, and what came out."""

    report: dict[str, Any]
    coverage: dict[str, Any]
    summary: dict[str, Any]
    rows: list[dict[str, Any]]
