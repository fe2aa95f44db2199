"""Progress of running jobs: reported without waiting, shown in one go."""

from dataclasses import dataclass, field
from uuid import UUID

from application.ports.jobs import JobStore
from domain.job import Job, Progress


@dataclass(slots=True)
class ProgressBoard:
    """The latest progress of each job that runs in this process; `show` writes what is new, outside any transaction."""

    jobs: JobStore
    _latest: dict[UUID, Progress] = field(default_factory=dict, init=False)
    _new: dict[UUID, tuple[Job, Progress]] = field(default_factory=dict, init=False)

    def reporter(self, job: Job) -> "JobProgress":
        """Return where the handler of this attempt reports."""
        return JobProgress(self, job)

    def note(self, job: Job, progress: Progress) -> None:
        """Keep the progress until it is shown."""
        self._latest[job.id] = progress
        self._new[job.id] = (job, progress)

    def finish(self, job: Job) -> Progress | None:
        """Forget the job and return its last progress, to be stored with its end."""
        self._new.pop(job.id, None)
        return self._latest.pop(job.id, None)

    async def show(self) -> None:
        """Write all that is new in one statement; does nothing when nothing is."""
        new, self._new = list(self._new.values()), {}
        if new:
            await self.jobs.report_progress(new)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The reporter of one attempt."""

    board: ProgressBoard
    job: Job

    async def report(self, done: int, total: int) -> None:
        """Note it; the board shows it within a moment."""
        self.board.note(self.job, Progress(done=done, total=total))
