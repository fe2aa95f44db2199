"""The board of running attempts."""

from dataclasses import replace

from application.ports.jobs import ClaimTerms
from application.progress import AttemptBoard
from domain.job import Job
from tests.support.application import InMemoryApplication
from tests.support.builders import a_job


async def test_two_attempts_of_one_job_in_one_process_do_not_mix() -> None:
    """A process that was stopped past its lease may receive its own job again before it notices the loss."""
    app = InMemoryApplication()
    await app.jobs.accept(a_job())
    lapsed = await app.jobs.claim(a_job().id, ClaimTerms(lease_seconds=-1))
    current = await app.jobs.claim(a_job().id, ClaimTerms(lease_seconds=60))
    assert isinstance(lapsed, Job)
    assert isinstance(current, Job)
    board = AttemptBoard(app.jobs)
    with board.running(current) as attempt:
        with board.running(lapsed):
            assert board.jobs_running() == [current, lapsed]
        assert board.jobs_running() == [current]
        app.tables.jobs[current.id] = replace(app.tables.jobs[current.id], cancel_requested=True)
        await board.watch()
        assert attempt.is_cancel_wished
    assert board.jobs_running() == []
