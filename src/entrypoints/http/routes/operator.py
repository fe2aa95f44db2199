"""What operators do over HTTP: dead letters, and jobs of any owner."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from application.operations.letters import LetterFilter
from application.ports.operator import JobFilter
from application.ports.queue import Channel
from domain.errors import JobNotFoundError
from domain.job import JobStatus
from entrypoints.edge import Edge
from entrypoints.http.injected import Answering, Caller, Operating, Segment
from entrypoints.http.observation import canonical_uuid
from entrypoints.http.schemas.operator import (
    DeadLetterBody,
    DeadLetterList,
    OperatorJob,
    OperatorJobList,
    RedrivenLetter,
    RedriveReport,
    RedriveRequest,
    job_list,
    letter_body,
    letter_list,
    operator_url,
)
from entrypoints.http.strict_json import StrictJson

OPERATOR = frozenset({"operator"})
READING = Edge(roles=OPERATOR)
WALKING = Edge(roles=OPERATOR, timeout_seconds=30)
"""The dead-letter queue cannot be looked into by id: a walk meets one letter after the other."""
RUNNING = Edge(roles=OPERATOR, timeout_seconds=90)
FRESH = {"Cache-Control": "no-store"}

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Reason = Annotated[str | None, QueryParameter(max_length=512, description="How the reason begins.")]


@get("/operator/dead-letters", opt={"edge": WALKING})
async def list_dead_letters(
    operations: Operating,
    origin: Caller,
    reason: Reason = None,
    channel: Annotated[Channel | None, QueryParameter(name="origin")] = None,
    limit: Limit = 100,
) -> Response[DeadLetterList]:
    """List dead letters, in no particular order; one that another operation holds just now is not among them."""
    chosen = LetterFilter(reason=reason, origin=channel)
    found = await operations.inspect.list(chosen, origin.principal, limit=limit)
    return Response(letter_list(found), headers=FRESH)


@get("/operator/dead-letters/{letter_id:str}", opt={"edge": WALKING})
async def read_dead_letter(letter_id: Segment, operations: Operating, origin: Caller) -> Response[DeadLetterBody]:
    """Return one dead letter with its body."""
    return Response(letter_body(await operations.inspect.show(letter_id, origin.principal)), headers=FRESH)


@post("/operator/dead-letters/{letter_id:str}/redrive", status_code=200, opt={"edge": WALKING})
async def redrive_dead_letter(
    letter_id: Segment, operations: Operating, origin: Caller, answer: Answering
) -> Response[RedrivenLetter]:
    """Try one dead letter again: by a new job where its own has ended, else as the message it was."""

    async def operate() -> Response[Any]:
        return Response(RedrivenLetter.of(await operations.redrive.one(letter_id, origin)), status_code=200)

    return await answer.apart(operate)


@post(
    "/operator/dead-letters/redrive",
    status_code=200,
    dto=StrictJson[RedriveRequest],
    return_dto=None,
    request_max_body_size=RUNNING.body_limit_bytes,
    opt={"edge": RUNNING},
)
async def redrive_dead_letters(
    data: JSONBody[RedriveRequest], operations: Operating, origin: Caller, answer: Answering
) -> Response[RedriveReport]:
    """Try many dead letters again, at a bounded rate; answers when the run is over."""
    chosen = LetterFilter(reason=data.reason, origin=data.origin)

    async def operate() -> Response[Any]:
        done = await operations.redrive.many(chosen, origin, limit=data.most, per_second=data.per_second)
        return Response(RedriveReport(tuple(RedrivenLetter.of(each) for each in done)), status_code=200)

    return await answer.apart(operate)


@delete("/operator/dead-letters/{letter_id:str}", opt={"edge": WALKING})
async def discard_dead_letter(
    letter_id: Segment, operations: Operating, origin: Caller, answer: Answering
) -> Response[None]:
    """Throw one dead letter away for good."""

    async def operate() -> Response[Any]:
        await operations.discard.one(letter_id, origin)
        return Response(None, status_code=204)

    return await answer.apart(operate)


@get("/operator/jobs", opt={"edge": READING})
async def list_jobs_of_all(
    operations: Operating,
    origin: Caller,
    status: FromQuery[JobStatus | None] = None,
    kind: FromQuery[str | None] = None,
    owner: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> Response[OperatorJobList]:
    """List jobs of any owner, newest first."""
    chosen = JobFilter(status=status, kind=kind, owner=owner)
    return Response(job_list(await operations.jobs.list(chosen, origin.principal, limit=limit)), headers=FRESH)


@get("/operator/jobs/{job_id:str}", opt={"edge": READING})
async def read_any_job(job_id: Segment, operations: Operating, origin: Caller) -> Response[OperatorJob]:
    """Return a job of any owner."""
    job = await operations.jobs.show(_identified(job_id), origin.principal)
    return Response(OperatorJob.of(job), headers=FRESH)


@post("/operator/jobs/{job_id:str}/retry", status_code=202, opt={"edge": READING})
async def retry_any_job(
    job_id: Segment, operations: Operating, origin: Caller, answer: Answering
) -> Response[OperatorJob]:
    """Ask for what a failed or cancelled job did not do again, by a new job; 409 for any other job."""

    async def operate() -> Response[Any]:
        job = await operations.jobs.retry(_identified(job_id), origin)
        return Response(OperatorJob.of(job), status_code=202, headers={"Location": operator_url(job.id), **FRESH})

    return await answer.apart(operate)


@post("/operator/jobs/{job_id:str}/cancel", status_code=202, opt={"edge": READING})
async def cancel_any_job(
    job_id: Segment, operations: Operating, origin: Caller, answer: Answering
) -> Response[OperatorJob]:
    """Stop a job of any owner: at once while it waits, at its next safe point while it runs; 409 after its end."""

    async def operate() -> Response[Any]:
        identifier = _identified(job_id)
        await operations.jobs.cancel(identifier, origin)
        job = await operations.jobs.show(identifier, origin.principal)
        return Response(OperatorJob.of(job), status_code=202, headers=FRESH)

    return await answer.apart(operate)


def _identified(job_id: str) -> UUID:
    identifier = canonical_uuid(job_id)
    if identifier is None:
        raise JobNotFoundError("There is no such job.")
    return identifier
