"""Jobs over HTTP."""

from uuid import UUID

from litestar import Response, get, post

from application.bus import Execution
from application.ports.jobs import JobStore
from domain.commands import CancelJob
from domain.errors import JobNotFoundError
from domain.job import Origin
from entrypoints.edge import Edge
from entrypoints.http.injected import Answering, Caller, Jobs, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.jobs import POLL_SECONDS, JobAccepted, JobBody


@get("/jobs/{job_id:str}", opt={"edge": Edge()})
async def read_job(job_id: Segment, job_store: Jobs, origin: Caller) -> Response[JobBody]:
    """Return one of the caller's jobs; Retry-After says when to look again while it is not finished."""
    identifier = canonical_uuid(job_id)
    if identifier is None:
        raise JobNotFoundError("There is no such job.")
    return await _shown(identifier, job_store, origin)


@post(
    "/jobs/{job_id:str}/cancel",
    status_code=202,
    opt={"edge": Edge(waits=True)},
)
async def cancel_job(
    job_id: Segment, answer: Answering, job_store: Jobs, origin: Caller
) -> Response[JobBody | JobAccepted]:
    """Ask for one of the caller's jobs to be stopped; 409 when it has ended already."""
    identifier = canonical_uuid(job_id)
    # An operator cancels a foreign job by the operators' route, which leaves an audit row.
    if identifier is None or await job_store.get(identifier, owner=origin.principal.subject) is None:
        raise JobNotFoundError("There is no such job.")

    async def done(_execution: Execution) -> Response[JobBody]:
        return await _shown(identifier, job_store, origin, status_code=202)

    return await answer.now(CancelJob(job_id=identifier), done)


async def _shown(job_id: UUID, jobs: JobStore, origin: Origin, *, status_code: int = 200) -> Response[JobBody]:
    job = await jobs.get(job_id, owner=origin.principal.subject)
    if job is None:
        raise JobNotFoundError("There is no such job.")
    headers = {"Cache-Control": "no-store"}
    if not job.status.is_terminal:
        headers["Retry-After"] = str(POLL_SECONDS)
    return Response(JobBody.of(job), status_code=status_code, headers=headers)
