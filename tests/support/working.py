"""A worker in memory: each job that is accepted is run at once, as if its message had come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from domain.job import JobStatus
from tests.support.application import InMemoryApplication


@asynccontextmanager
async def working(app: InMemoryApplication) -> AsyncIterator[None]:
    """Run jobs while the block runs."""
    waiting: asyncio.Queue[UUID] = asyncio.Queue()

    def follow(job_id: UUID, status: JobStatus) -> None:
        if status is JobStatus.QUEUED:
            waiting.put_nowait(job_id)

    async def work() -> None:
        while True:
            await app.run_job.run(await waiting.get())

    app.tables.followers.append(follow)
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
