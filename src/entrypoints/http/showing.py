"""What shows jobs to their owners: the states, their versions, and when to look again."""

from dataclasses import dataclass
from typing import Any

from litestar import Response

from application.job_watch import JobWatch
from application.pace import Pace
from application.ports.job_reads import JobReads
from domain.job import Job
from entrypoints.http.conditional import is_known
from entrypoints.http.event_stream import EventStreams
from entrypoints.http.job_state import JobState
from entrypoints.http.schemas.jobs import JobBody
from entrypoints.http.urls import resource_url

CACHE_CONTROL = "private, no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShowing:
    """Everything that the routes of jobs need beside commands."""

    watch: JobWatch
    reads: JobReads
    pace: Pace
    streams: EventStreams

    async def changed(self, job: Job, condition: str | None, *, seconds: int) -> Job | None:
        """Wait until the client would see something new: another version than it knows, else another status."""

        def is_new(now: Job) -> bool:
            if condition is not None:
                return not is_known(JobState.of(now).etag, condition)
            return now.status is not job.status

        return await self.watch.until(is_new, job.id, owner=job.owner, seconds=seconds)

    async def answer(self, job: Job, condition: str | None, *, status_code: int = 200) -> Response[Any]:
        """Answer with the job, or 304 where the client knows this version."""
        state = JobState.of(job)
        headers = {"ETag": state.etag, "Cache-Control": CACHE_CONTROL}
        if not job.status.is_terminal:
            headers["Retry-After"] = str(await self.pace.retry_after(job))
            headers["Link"] = f'<{resource_url("job", job.id)}/events>; rel="monitor"; type="text/event-stream"'
        if condition is not None and is_known(state.etag, condition):
            return Response(None, status_code=304, headers=headers)
        return Response(JobBody.of(job), status_code=status_code, headers=headers)
