"""Jobs over HTTP, each to its owner only."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from application.bus import Execution
from application.ports.job_reads import Position
from domain.commands import CancelJob
from domain.errors import JobNotFoundError
from domain.job import Job, JobStatus, Origin
from entrypoints.edge import Edge
from entrypoints.http.auth import origin_of
from entrypoints.http.cursors import cursor_of, next_link, position_of
from entrypoints.http.event_stream import MEDIA_TYPE, JobEvent
from entrypoints.http.faults import GoneError
from entrypoints.http.injected import Answering, Caller, Segment, Showing
from entrypoints.http.job_state import JobState
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.preferences import preference_of
from entrypoints.http.schemas.jobs import JobAccepted, JobBody, JobPage
from entrypoints.http.showing import JobShowing
from entrypoints.http.sparse import Fields, fields_of, picked_of, wanted_fields

MOST_OF_A_PAGE = 200

Limit = Annotated[int, QueryParameter(ge=1, le=MOST_OF_A_PAGE)]
Cursor = Annotated[str | None, QueryParameter(max_length=64, description="Where the page begins: `next` of another.")]


@get("/jobs", opt={"edge": Edge()})
async def list_jobs(
    showing: Showing,
    origin: Caller,
    status: FromQuery[JobStatus | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response[JobPage]:
    """List the caller's own jobs, newest first."""
    wanted = wanted_fields(fields, fields_of(JobBody))
    after = None if cursor is None else position_of(cursor)
    found = await showing.reads.page(owner=origin.principal.subject, status=status, after=after, limit=limit + 1)
    items, headers = found[:limit], {"Cache-Control": "private, no-cache"}
    following = None
    if len(found) > limit:
        following = cursor_of(Position(at=items[-1].created_at, id=items[-1].id))
        headers |= next_link("/jobs", following, status=status, limit=limit, fields=fields)
    shown = tuple(picked_of(JobBody.of(job), wanted) for job in items)
    return Response(JobPage(items=shown, next=following), headers=headers)


@get("/jobs/{job_id:str}", opt={"edge": Edge(waits=True)})
async def read_job(request: Request[Any, Any, Any], job_id: Segment, showing: Showing) -> Response[JobBody | None]:
    """Return one of the caller's jobs; Retry-After says when to look again while it is not finished.

    With `Prefer: wait=N` the answer comes when the job's status has changed, or, with If-None-Match, when anything has.
    """
    origin, condition = origin_of(request.scope), request.headers.get("if-none-match")
    job, preference = await _found(job_id, showing, origin), preference_of(request)
    if preference.wait_seconds is not None and not job.status.is_terminal:
        job = await showing.changed(job, condition, seconds=preference.wait_seconds) or job
    answer = await showing.answer(job, condition)
    answer.headers.update(preference.applied(is_async=False))
    return answer


@get(
    "/jobs/{job_id:str}/events",
    opt={"edge": Edge(streams=True), "shows": {MEDIA_TYPE: JobEvent}},
    media_type=MEDIA_TYPE,
)
async def follow_job(request: Request[Any, Any, Any], job_id: Segment, showing: Showing) -> Stream | Response[None]:
    """Send each state of one of the caller's jobs as it happens; the stream ends with the job.

    Each event is the whole job as `GET /jobs/{jobId}` shows it. With Last-Event-ID it begins with what has changed
    since; 204 once there is nothing more to come, which also keeps a browser from connecting again.
    """
    state = JobState.of(await _found(job_id, showing, origin_of(request.scope)))
    last_seen = request.headers.get("last-event-id")
    if state.job.status.is_terminal and last_seen == state.version:
        return Response(None, status_code=204)
    showing.streams.check_room()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(showing.streams.events(state, last_seen), media_type=MEDIA_TYPE, headers=headers)


@post("/jobs/{job_id:str}/cancel", status_code=202, opt={"edge": Edge(waits=True)})
async def cancel_job(
    job_id: Segment, answer: Answering, showing: Showing, origin: Caller
) -> Response[JobBody | JobAccepted]:
    """Ask for one of the caller's jobs to be stopped; 409 when it has ended already."""
    # An operator cancels a foreign job by the operators' route, which leaves an audit row.
    job = await _found(job_id, showing, origin)

    async def done(_execution: Execution) -> Response[Any]:
        return await showing.answer(await _found(job_id, showing, origin), None, status_code=202)

    return await answer.now(CancelJob(job_id=job.id), done)


async def _found(job_id: str, showing: JobShowing, origin: Origin) -> Job:
    identifier, owner = canonical_uuid(job_id), origin.principal.subject
    job = identifier and await showing.watch.jobs.get(identifier, owner=owner)
    if not job:
        if identifier and await showing.reads.is_expired(identifier, owner=owner):
            raise GoneError
        raise JobNotFoundError("There is no such job.")
    return job
