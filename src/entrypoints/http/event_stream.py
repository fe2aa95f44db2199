"""Events of a job as they happen: `text/event-stream`, each event one whole state, resumable by its id."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

from application.job_watch import JobWatch
from domain.job import JobStatus
from entrypoints.http.faults import RequestError
from entrypoints.http.job_state import JobState

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
"""After so long without an event a comment is sent, so that nobody on the way takes the silence for an end."""
RETRY_MILLISECONDS = 2_000


class JobEvent(msgspec.Struct, frozen=True):
    """One event as a listener gets it: `state` where the status is a new one, `progress` where it is not."""

    event: Literal["state", "progress"]
    id: str
    data: Annotated[str, msgspec.Meta(extra_json_schema={"contentMediaType": "application/json"})]


class TooManyStreamsError(RequestError):
    """This process serves as many streams as it may."""

    code = "temporary-reduced-capacity"
    status = 503
    detail = "Too many event streams are open already; the job itself can be asked for."
    retry_after_seconds = 5


@dataclass(slots=True, kw_only=True)
class EventStreams:
    """The open streams of this process, at most `most` of them."""

    watch: JobWatch
    most: int
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    _open: int = field(default=0, init=False)

    def check_room(self) -> None:
        """Raise TooManyStreamsError while there is no room for another."""
        if self._open >= self.most:
            raise TooManyStreamsError

    async def events(self, state: JobState, last_seen: str | None) -> AsyncIterator[bytes]:
        """Yield each state that the client has not seen, until the job ends or the process stops."""
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        job, status = state.job, None
        with self._counted(), self.watch.following(job.id) as follower:
            while True:
                current = await self.watch.jobs.get(job.id, owner=job.owner)
                if current is None:
                    return
                state = JobState.of(current)
                if state.version != last_seen:
                    yield _event(state, status)
                last_seen, status = state.version, current.status
                if current.status.is_terminal or self.watch.is_stopping:
                    return
                if not await follower.changed(timeout_seconds=self.heartbeat_seconds):
                    yield b": still here\n\n"

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


def _event(state: JobState, before: JobStatus | None) -> bytes:
    name = "progress" if state.job.status is before else "state"
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), state.version.encode(), state.body)
