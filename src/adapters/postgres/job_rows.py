"""Job rows as domain objects."""

import asyncpg

from adapters.wire.codec import MessageTypes, decode, encode
from domain.job import Failure, Job, JobStatus, Origin, Progress, Reference
from domain.principal import Principal


def job_from(row: asyncpg.Record, types: MessageTypes) -> Job:
    """Rebuild a job; raise UnknownKindError for a command that this release does not know."""
    done, total = row["progress_done"], row["progress_total"]
    principal = Principal(subject=row["owner"], scopes=frozenset(row["scopes"]), roles=frozenset(row["roles"]))
    return Job(
        id=row["id"],
        command=types.command(row["kind"], row["command"]),
        kind=row["kind"],
        origin=Origin(principal=principal, request_id=row["request_id"], traceparent=row["traceparent"]),
        max_attempts=row["max_attempts"],
        created_at=row["created_at"],
        deadline_at=row["deadline_at"],
        status=JobStatus(row["status"]),
        attempt=row["attempt"],
        progress=None if done is None else Progress(done=done, total=total),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        result=Reference(resource=row["result_resource"], id=row["result_id"], is_reused=row["is_result_reused"])
        if row["result_id"]
        else None,
        failure=decode(row["failure"], Failure) if row["failure"] else None,
        cancel_requested=row["cancel_requested"],
        lost_in_company=row["lost_in_company"],
    )


def values_of(job: Job) -> tuple[object, ...]:
    """Return what a new row holds, from the id to the time of its making: the first parameters of what adds a job."""
    principal = job.origin.principal
    return (
        job.id,
        job.kind,
        encode(job.command),
        job.owner,
        sorted(principal.scopes),
        sorted(principal.roles),
        job.origin.request_id,
        job.origin.traceparent,
        job.max_attempts,
        job.created_at,
    )
