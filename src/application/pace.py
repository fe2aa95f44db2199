"""Pace: when it is worth asking for a job again, from what was finished of late."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.job_reads import JobReads
from application.ports.jobs import Backlog, JobUpkeep
from domain.job import Job, JobStatus

FRESH = timedelta(seconds=5)
LONGEST_SECONDS = 60
UNKNOWN_SECONDS = 1.0
"""What a job of a kind that nobody has seen ending is thought to take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What was seen of late."""

    durations: Mapping[str, float]
    backlog: Backlog


@dataclass(slots=True, kw_only=True)
class Pace:
    """Looks at what is finished and what waits once in five seconds, however many ask."""

    reads: JobReads
    upkeep: JobUpkeep
    clock: Clock
    _recent: Recent | None = field(default=None, init=False)
    _seen_at: datetime | None = field(default=None, init=False)

    async def retry_after(self, job: Job) -> int:
        """Return the whole seconds after which an unfinished job may well have ended, from 1 to 60."""
        now = self.clock.now()
        if self._recent is None or self._seen_at is None or now - self._seen_at >= FRESH:
            self._seen_at = now  # first, so that a burst asks once
            self._recent = Recent(durations=await self.reads.durations(), backlog=await self.upkeep.backlog())
        return min(LONGEST_SECONDS, max(1, math.ceil(seconds_left(job, now, self._recent))))


def seconds_left(job: Job, now: datetime, recent: Recent) -> float:
    """Estimate how long until the job ends.

    A job that runs needs what its progress says, or what its kind takes; one that waits needs first that the jobs
    ahead of it are done, and the share of the queue that is older than it is taken for its share of the queue's age.
    """
    typical = recent.durations.get(job.kind, UNKNOWN_SECONDS)
    if job.status is JobStatus.RUNNING:
        elapsed = max(0.0, (now - (job.started_at or now)).total_seconds())
        if job.progress is not None and job.progress.done:
            return elapsed * (job.progress.total - job.progress.done) / job.progress.done
        return typical - elapsed
    backlog = recent.backlog
    age, oldest = (now - job.created_at).total_seconds(), backlog.oldest_seconds
    share = max(0.0, oldest - age) / oldest if oldest else 0.0
    rate = max(backlog.finished_per_second, 1 / max(typical, 0.01))
    return backlog.queued * share / rate + typical
