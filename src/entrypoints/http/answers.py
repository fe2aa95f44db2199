"""The two answers to a command: it is done, or it is kept as a job."""

import msgspec
from litestar import Response

from application.bus import Execution
from application.ports.jobs import Acceptance
from domain.job import JobStatus
from entrypoints.http.schemas.jobs import POLL_SECONDS, JobAccepted
from entrypoints.http.urls import resource_url


class Created(msgspec.Struct, frozen=True):
    """What a command brought about, and where it is."""

    id: str
    url: str


def created(execution: Execution) -> Response[Created | None]:
    """Answer 201 with the new resource's place; 204 for a command that leaves none."""
    reference, headers = execution.reference, _replayed(is_replay=execution.is_replay)
    if reference is None:
        return Response(None, status_code=204, headers=headers)
    url = resource_url(reference.resource, reference.id)
    return Response(Created(str(reference.id), url), status_code=201, headers={"Location": url, **headers})


def accepted(acceptance: Acceptance) -> Response[JobAccepted]:
    """Answer 202 with where to look (RFC 9110, section 15.3.3); the job is committed before this exists.

    A replay says what the first answer said, however far the job has come since.
    """
    job = acceptance.job
    url = resource_url("job", job.id)
    headers = {"Location": url, "Retry-After": str(POLL_SECONDS), **_replayed(is_replay=acceptance.is_replay)}
    return Response(JobAccepted(str(job.id), JobStatus.QUEUED, url), status_code=202, headers=headers)


def _replayed(*, is_replay: bool) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if is_replay else {}
