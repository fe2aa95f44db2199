"""Jobs over HTTP."""

from litestar import Response, get

from domain.errors import JobNotFoundError
from entrypoints.edge import Edge
from entrypoints.http.injected import Caller, Jobs
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.jobs import POLL_SECONDS, JobBody


@get("/jobs/{job_id:str}", opt={"edge": Edge()})
async def read_job(job_id: str, job_store: Jobs, origin: Caller) -> Response[JobBody]:
    """Return one of the caller's jobs; Retry-After says when to look again while it is not finished."""
    identifier = canonical_uuid(job_id)
    job = identifier and await job_store.get(identifier, owner=origin.principal.subject)
    if not job:
        raise JobNotFoundError("There is no such job.")
    headers = {"Cache-Control": "no-store"}
    if not job.status.is_terminal:
        headers["Retry-After"] = str(POLL_SECONDS)
    return Response(JobBody.of(job), headers=headers)
