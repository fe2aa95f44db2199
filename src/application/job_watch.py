"""JobWatch: who waits for which job in this process, told of changes from outside."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from application.ports.jobs import JobStore
from domain.job import Job, JobStatus


@dataclass(slots=True, kw_only=True, eq=False)
class JobFollower:
    """One who waits for changes of one job."""

    ends_only: bool
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def changed(self, *, timeout_seconds: float) -> bool:
        """Return True once the job may have changed since the last call, False when the time is over."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self.woken.wait()
        except TimeoutError:
            return False
        self.woken.clear()
        return True


@dataclass(slots=True, kw_only=True)
class JobWatch:
    """Invariants.

    Waiting asks the database nothing: a job is read when it is followed, when there is news of it, and at the end of
    the wait, since news may be lost. Once the process is about to stop, nobody waits any more.
    """

    jobs: JobStore
    is_stopping: bool = field(default=False, init=False)
    _followers: dict[UUID, set[JobFollower]] = field(default_factory=dict, init=False)

    @property
    def followed(self) -> int:
        """Return how many wait."""
        return sum(len(followers) for followers in self._followers.values())

    def told(self, job_id: UUID, status: JobStatus) -> None:
        """Wake who follows this job."""
        for follower in self._followers.get(job_id, ()):
            if status.is_terminal or not follower.ends_only:
                follower.woken.set()

    def told_unknown(self) -> None:
        """Wake everybody: there may have been news that nobody heard."""
        for followers in self._followers.values():
            for follower in followers:
                follower.woken.set()

    def stop(self) -> None:
        """Let everybody who waits go on at once, from now on."""
        self.is_stopping = True
        self.told_unknown()

    @contextmanager
    def following(self, job_id: UUID, *, ends_only: bool = False) -> Iterator[JobFollower]:
        """Follow a job while the block runs; whoever reads the job inside it misses nothing."""
        follower = JobFollower(ends_only=ends_only)
        self._followers.setdefault(job_id, set()).add(follower)
        try:
            yield follower
        finally:
            self._followers[job_id].discard(follower)
            if not self._followers[job_id]:
                del self._followers[job_id]

    async def until(
        self, met: Callable[[Job], bool], job_id: UUID, *, owner: str, seconds: float, ends_only: bool = False
    ) -> Job | None:
        """Return the owner's job once it is as wished, or as it is when the time is over; None if there is none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        with self.following(job_id, ends_only=ends_only) as follower:
            while True:
                is_last_look = self.is_stopping or loop.time() >= deadline
                job = await self.jobs.get(job_id, owner=owner)
                if job is None or met(job) or is_last_look:
                    return job
                await follower.changed(timeout_seconds=deadline - loop.time())
