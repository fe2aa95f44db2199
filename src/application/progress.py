"""The attempts that run in this process: what they report, and what is wished of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from application.ports.jobs import JobStore
from domain.errors import JobCancelledError
from domain.job import Job, Progress


@dataclass(slots=True)
class Attempt:
    """One running attempt; its handler reports here, and learns here that it should stop."""

    job: Job
    task: asyncio.Task[object] | None
    progress: Progress | None = None
    is_cancel_wished: bool = False
    is_lost: bool = False

    async def report(self, done: int, total: int) -> None:
        """Note the progress, which never goes back; raise JobCancelledError when the owner wants the job stopped."""
        if self.is_cancel_wished:
            raise JobCancelledError("The job was cancelled.")
        if self.progress is None or done >= self.progress.done:
            self.progress = Progress(done=min(done, total), total=total)


@dataclass(slots=True)
class AttemptBoard:
    """All running attempts of this process.

    Nothing here waits for the database: `watch` is called now and then and covers all attempts in one statement.
    """

    jobs: JobStore
    _attempts: dict[tuple[UUID, int], Attempt] = field(default_factory=dict, init=False)

    @contextmanager
    def running(self, job: Job) -> Iterator[Attempt]:
        """Hold the attempt on the board while the block runs."""
        attempt = Attempt(job, asyncio.current_task())
        self._attempts[job.id, job.attempt] = attempt
        try:
            yield attempt
        finally:
            del self._attempts[job.id, job.attempt]

    def jobs_running(self) -> list[Job]:
        """Return the jobs that run now; safe to call from another thread."""
        return [attempt.job for attempt in list(self._attempts.values())]

    def lose(self, job: Job) -> None:
        """Stop an attempt whose lease is lost or about to lapse; does nothing when it has ended meanwhile."""
        attempt = self._attempts.get((job.id, job.attempt))
        if attempt is not None and attempt.task is not None:
            attempt.is_lost = True
            attempt.task.cancel()

    async def watch(self) -> None:
        """Show all progress, and note which jobs are wished cancelled; does nothing while nothing runs."""
        running = [(attempt.job, attempt.progress) for attempt in self._attempts.values()]
        if not running:
            return
        wished = await self.jobs.watch(running)
        for attempt in self._attempts.values():
            if attempt.job.id in wished:
                attempt.is_cancel_wished = True
