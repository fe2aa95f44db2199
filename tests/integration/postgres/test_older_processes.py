"""Old and new processes side by side on the new schema, as in every release: jobs pass from one to the other.

The statements in `older/` are those of the first version that had attempts, keys and shares; they are never
brought up to date.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.database import Database
from adapters.postgres.job_store import PostgresJobStore
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from adapters.wire.codec import MessageTypes, encode
from adapters.wire.messages import job_message
from application.ports.jobs import ClaimTerms
from application.ports.queue import Channel
from application.ports.unit_of_work import LeaseLostError
from domain.job import Job, JobStatus
from tests.support.builders import a_job, a_key, an_origin
from tests.support.fakes import CountingIds, FixedClock

OLDER = Path(__file__).parent / "older"
TERMS = ClaimTerms(lease_seconds=-1)
"""Each lease has lapsed at once, so that the next process may take the job over."""


class NewProcess:
    """A process of this release."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs = PostgresJobStore(database, MessageTypes())

    async def accepts(self, job: Job) -> bool:
        return not (await self._jobs.accept(job, a_key())).is_replay

    async def begins(self, job: Job) -> int:
        started = await self._jobs.claim(job.id, TERMS)
        assert isinstance(started, Job)
        return started.attempt

    async def ends(self, job: Job, attempt: int) -> bool:
        started = await self._jobs.get(job.id, owner=job.owner)
        assert started is not None
        ended, _ = started.succeed(None, FixedClock().now())
        try:
            async with PostgresUnitOfWork(self._database, CountingIds(), MessageTypes()).begin(
                an_origin()
            ) as transaction:
                await transaction.jobs.save(replace(ended, attempt=attempt))
        except LeaseLostError:
            return False
        return True


class OldProcess:
    """A process of an older release, reduced to its statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accepts(self, job: Job) -> bool:
        message, principal, key = job_message(job), job.origin.principal, a_key()
        row = await self._row(
            "accept_job",
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
            Channel.COMMANDS.value,
            message.id,
            message.type,
            message.source,
            message.subject,
            message.data,
            message.group,
            "old",
            job.deadline_at,
            key.scope,
            key.key,
            key.fingerprint,
        )
        return row is not None

    async def begins(self, job: Job) -> int:
        row = await self._row("claim_job", job.id, -1.0, 1_000_000)
        assert row is not None
        attempt: int = row["attempt"]
        return attempt

    async def ends(self, job: Job, attempt: int) -> bool:
        at, most = FixedClock().now(), job.max_attempts
        row = await self._row("save_job", job.id, attempt, "succeeded", at, None, None, None, most, None, None, 0.0)
        return row is not None

    async def _row(self, name: str, *values: object) -> Any:  # noqa: ANN401 (a row of any shape)
        return await self._database.pool.fetchrow((OLDER / f"{name}.sql").read_text("utf-8"), *values)


@pytest.fixture
def processes(database: Database) -> dict[str, OldProcess | NewProcess]:
    """Give one process of each release."""
    return {"old": OldProcess(database), "new": NewProcess(database)}


@pytest.mark.parametrize("accepting", ["old", "new"])
@pytest.mark.parametrize("losing", ["old", "new"])
@pytest.mark.parametrize("ending", ["old", "new"])
async def test_a_job_passes_between_old_and_new_processes(
    processes: dict[str, OldProcess | NewProcess], database: Database, accepting: str, losing: str, ending: str
) -> None:
    """One accepts it, one loses its lease, one ends it: each key has one job, and the loser changes nothing."""
    job, loser, winner = a_job(), processes[losing], processes[ending]
    assert await processes[accepting].accepts(job)
    assert not await winner.accepts(a_job(2)), "the key is taken, whoever took it"
    lost = await loser.begins(job)
    won = await winner.begins(job)
    assert (lost, won) == (1, 2)
    assert not await loser.ends(job, lost)
    assert await winner.ends(job, won)
    shown = await PostgresJobStore(database, MessageTypes()).get(job.id, owner=job.owner)
    assert shown is not None
    assert (shown.status, shown.attempt) == (JobStatus.SUCCEEDED, 2)
