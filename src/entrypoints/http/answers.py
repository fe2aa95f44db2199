"""The two answers to a command: it is done, or it is kept as a job."""

import msgspec
from litestar import Response

from domain.job import Job, Reference
from entrypoints.http.schemas.jobs import POLL_SECONDS, JobAccepted
from entrypoints.http.urls import resource_url


class Created(msgspec.Struct, frozen=True):
    """What a command brought about, and where it is."""

    id: str
    url: str


def created(reference: Reference | None) -> Response[Created | None]:
    """Answer 201 with the new resource's place; 204 for a command that leaves none."""
    if reference is None:
        return Response(None, status_code=204)
    url = resource_url(reference.resource, reference.id)
    return Response(Created(str(reference.id), url), status_code=201, headers={"Location": url})


def accepted(job: Job) -> Response[JobAccepted]:
    """Answer 202 with where to look (RFC 9110, section 15.3.3); the job is committed before this exists."""
    url = resource_url("job", job.id)
    headers = {"Location": url, "Retry-After": str(POLL_SECONDS)}
    return Response(JobAccepted(str(job.id), job.status, url), status_code=202, headers=headers)
