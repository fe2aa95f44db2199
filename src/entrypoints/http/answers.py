"""Every command's answer: at once, as a job, or as a job that is waited for; the client may choose by `Prefer`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response

from application.admission import Admission
from application.bus import Bus, Execution, replayed
from application.job_watch import JobWatch
from application.once import Once
from application.pace import Pace
from application.ports.idempotency import AnsweredOtherwiseError, IdempotencyKey
from domain.commands import Command
from domain.errors import DomainError, ErrorKind
from domain.job import Failure, Job, JobStatus, Origin
from entrypoints.http.auth import origin_of
from entrypoints.http.idempotency import idempotency_key
from entrypoints.http.kept_answers import answer_again, kept_answer, kept_refusal
from entrypoints.http.preferences import Preference, preference_of
from entrypoints.http.problems import failure_answer
from entrypoints.http.schemas.jobs import JobAccepted
from entrypoints.http.urls import resource_url

REPLAYED = "Idempotency-Replayed"
CANCELLED = Failure(code="job-cancelled", detail="The job was cancelled before its end.")


class Created(msgspec.Struct, frozen=True):
    """What a command brought about, and where it is."""

    id: str
    url: str


Done = Callable[[Execution], Awaitable[Response[Any]]]
"""Makes the answer to a command that has been carried out."""
Operation = Callable[[], Awaitable[Response[Any]]]
"""Does something, and makes the answer to it."""


async def created(execution: Execution) -> Response[Created | None]:
    """Answer 201 with the new resource's place; 204 for a command that leaves none."""
    reference = execution.reference
    if reference is None:
        return Response(None, status_code=204)
    url = resource_url(reference.resource, reference.id)
    return Response(Created(str(reference.id), url), status_code=201, headers={"Location": url})


def changed_from(version: int | None) -> Done:
    """Return what answers a change: 200 with the new version's ETag, where it follows from the old one's."""

    async def done(execution: Execution) -> Response[Any]:
        answer = await created(execution)
        answer.status_code = 200
        if version is not None:
            answer.headers["ETag"] = f'"{version + 1}"'
        return answer

    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What answering needs of the application."""

    bus: Bus
    admission: Admission
    once: Once
    watch: JobWatch
    pace: Pace
    key_life: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request. Its route declares the default, and `done` where a finished command is no 201.

    A request that waits is a job from its first byte, so nothing is lost when client or process go away: it only gets
    its answer from here, and that is the one it would have got at once.
    """

    answers: Answers
    request: Request[Any, Any, Any]
    origin: Origin
    key: IdempotencyKey | None
    preference: Preference

    async def check_room(self) -> None:
        """Raise OverloadedError while no more jobs are taken: before a large body is read, not after."""
        await self.answers.admission.check()

    async def over(self, body_digest: bytes) -> "Answer":
        """Return the answer to the request with a body of this digest, which the route has read itself."""
        key = await idempotency_key(self.request, self.origin, self.answers.key_life, body_digest)
        return replace(self, key=key)

    async def now(self, command: Command, done: Done = created) -> Response[Any]:
        """Carry the command out at once, unless the client prefers a job."""
        if self.preference.responds_async or self.preference.wait_seconds is not None:
            return await self.later(command, done)
        try:
            return _marked(await done(execution := await self._execute(command)), is_replay=execution.is_replay)
        except AnsweredOtherwiseError:
            return await self.later(command, done)

    async def later(self, command: Command, done: Done = created) -> Response[Any]:
        """Keep the command as a job, and wait for it as long as the client prefers."""
        try:
            acceptance = await self.answers.admission.defer(command, self.origin, self.key)
        except AnsweredOtherwiseError as first:
            return _marked(await done(replayed(first.outcome)), is_replay=True)
        wait_seconds = self.preference.wait_seconds
        job = acceptance.job if wait_seconds is None else await self._ended(acceptance.job, wait_seconds)
        is_async = wait_seconds is None or not job.status.is_terminal
        answer = await self._accepted(acceptance.job) if is_async else await self._as_at_once(job, done)
        answer.headers.update(self.preference.applied(is_async=is_async))
        return _marked(answer, is_replay=acceptance.is_replay)

    async def once(self, command: Command, done: Done = created) -> Response[Any]:
        """Carry the command out at once whatever the client prefers: for answers that no job could bring later."""
        return _marked(await done(execution := await self._execute(command)), is_replay=execution.is_replay)

    async def apart(self, operate: Operation) -> Response[Any]:
        """Do what takes effect outside the database, and answer alike each time that it is asked for under one key."""
        if self.key is None:
            return await operate()
        refusal: DomainError | None = None

        async def answer() -> bytes:
            nonlocal refusal
            try:
                return kept_answer(await operate())
            except DomainError as error:
                if error.kind is ErrorKind.FORBIDDEN:
                    raise
                refusal = error
                return kept_refusal(error)

        kept, is_replay = await self.answers.once.run(self.key, answer)
        if refusal is not None:
            raise refusal
        return _marked(answer_again(kept), is_replay=is_replay)

    async def _execute(self, command: Command) -> Execution:
        return await self.answers.bus.execute(command, self.origin, self.key)

    async def _ended(self, job: Job, wait_seconds: int) -> Job:
        now = await self.answers.watch.until(
            lambda job: job.status.is_terminal, job.id, owner=job.owner, seconds=wait_seconds, ends_only=True
        )
        return now or job

    async def _accepted(self, job: Job) -> Response[JobAccepted]:
        """Answer 202 with where to look (RFC 9110, section 15.3.3); the job is committed before this exists.

        A replay says what the first answer said, however far the job has come since.
        """
        url = resource_url("job", job.id)
        headers = {"Location": url, "Retry-After": str(await self.answers.pace.retry_after(job))}
        return Response(JobAccepted(str(job.id), JobStatus.QUEUED, url), status_code=202, headers=headers)

    async def _as_at_once(self, job: Job, done: Done) -> Response[Any]:
        if job.status is JobStatus.SUCCEEDED:
            return await done(Execution(reference=job.result))
        return failure_answer(job.failure or CANCELLED, self.request)


async def answer_to(request: Request[Any, Any, Any], answers: Answers) -> Answer:
    """Return what answers this request; raise where Idempotency-Key is none.

    A route that reads its body itself, as it says by what it takes, gives the key's request its body later (`over`).
    """
    origin, reads_itself = origin_of(request.scope), "takes" in request.route_handler.opt
    return Answer(
        answers=answers,
        request=request,
        origin=origin,
        key=None if reads_itself else await idempotency_key(request, origin, answers.key_life),
        preference=preference_of(request),
    )


def _marked(answer: Response[Any], *, is_replay: bool) -> Response[Any]:
    if is_replay:
        answer.headers[REPLAYED] = "true"
    return answer
