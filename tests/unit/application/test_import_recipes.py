"""Imports as a use case: all or nothing, in bounded parts, and recipes follow what happened meanwhile."""

import asyncio
from uuid import UUID

import pytest

from adapters.memory.bulk import InMemoryUploadStore
from application.beside import beside
from application.handlers.export_recipes import CHUNK as EXPORT_CHUNK
from application.handlers.follow_import import CHUNK
from application.ports.jobs import ClaimTerms
from application.verdict import Done
from domain.commands import ExportRecipes, ImportRecipes
from domain.errors import JobCancelledError, UploadNotFoundError
from domain.events import ImportPartlyFollowed, RecipesExported, RecipesImported
from domain.job import Job, JobStatus, Progress
from domain.nutrient import Nutrient
from domain.recipe_import import MOST_PROBLEMS, Upload, UploadPart
from tests.support.application import InMemoryApplication
from tests.support.builders import an_origin
from tests.support.dirt import good_line
from tests.support.facts import an_ingredient

UPLOAD = UUID(int=77)


class Imports:
    """Uploads of Alice's, and what comes of them."""

    def __init__(self) -> None:
        self.app = InMemoryApplication()
        self.tables = self.app.tables

    async def upload(self, *bodies: bytes) -> None:
        store = InMemoryUploadStore(self.tables, self.app.clock)
        await store.begin(UPLOAD, owner="alice")
        first_line = 1
        for number, body in enumerate(bodies):
            await store.add(UPLOAD, number, UploadPart(first_line, body))
            first_line += body.count(b"\n")
        await store.finish(Upload(id=UPLOAD, owner="alice", lines=first_line - 1, parts=len(bodies)))

    async def job(self) -> UUID:
        return (await self.app.bus.defer(ImportRecipes(upload_id=UPLOAD), an_origin())).job.id

    async def run(self) -> Job:
        job_id = await self.job()
        assert await self.app.run_job.run(job_id) == Done()
        return self.tables.jobs[job_id]

    async def follow(self) -> int:
        """Tell every event of an import, those that follow from it included; return how many those were."""
        told = 0
        while told < len(self.tables.events):
            event = self.tables.events[told]
            if isinstance(event, RecipesImported | ImportPartlyFollowed):
                await self.app.bus.tell(event, an_origin())
            told += 1
        return sum(isinstance(event, ImportPartlyFollowed) for event in self.tables.events)


async def test_progress_counts_lines_to_the_last() -> None:
    imports = Imports()
    await imports.upload(good_line(1) + b"\n\n", good_line(2) + b"\n" + good_line(3) + b"\n")
    job = await imports.run()
    assert (job.status, job.progress) == (JobStatus.SUCCEEDED, Progress(done=4, total=4))
    assert [event.added for event in imports.tables.events if isinstance(event, RecipesImported)] == [3]


async def test_an_upload_that_is_gone_fails_the_job_for_good() -> None:
    imports = Imports()
    job = await imports.run()
    assert job.failure is not None
    assert (job.status, job.failure.code) == (JobStatus.FAILED, UploadNotFoundError.code)


async def test_a_cancelled_import_has_left_nothing() -> None:
    imports = Imports()
    await imports.upload(*(good_line(number) + b"\n" for number in range(5)))
    job = await imports.app.jobs.claim(await imports.job(), ClaimTerms(lease_seconds=60))
    assert isinstance(job, Job)
    progress = CancelledAfter(2)
    with pytest.raises(JobCancelledError):
        async with imports.app.unit_of_work.begin(job.origin) as transaction:
            await imports.app.bus.run(job.command, job.origin, transaction, progress, job.attempt)
    assert not imports.tables.recipes
    assert not imports.tables.projections
    assert imports.tables.uploads[UPLOAD].upload is not None


async def test_an_import_that_is_begun_anew_doubles_nothing() -> None:
    imports = Imports()
    await imports.upload(*(good_line(number) + b"\n" for number in range(5)))
    job_id = await imports.job()
    lost = await imports.app.jobs.claim(job_id, ClaimTerms(lease_seconds=-1))
    assert isinstance(lost, Job)
    with pytest.raises(BrokenWorkerError):
        async with imports.app.unit_of_work.begin(lost.origin) as transaction:
            await imports.app.bus.run(lost.command, lost.origin, transaction, BrokenAfter(3), lost.attempt)
    assert await imports.app.run_job.run(job_id) == Done()
    assert len(imports.tables.recipes) == 5
    [finished] = imports.tables.imports.values()
    assert (finished.added, finished.known) == (5, 0)


async def test_so_many_problems_are_told_and_the_others_counted() -> None:
    imports = Imports()
    await imports.upload(b"x\n" * (MOST_PROBLEMS - 1), b"x\n" * 3, b"x\n")
    await imports.run()
    [finished] = imports.tables.imports.values()
    assert (finished.refused, len(finished.problems)) == (MOST_PROBLEMS + 3, MOST_PROBLEMS)


async def test_recipes_follow_an_ingredient_that_became_known_meanwhile() -> None:
    imports = Imports()
    lines = (good_line(number, recipeIngredient=["200 g koji"]) + b"\n" for number in range(CHUNK + 1))
    await imports.upload(b"".join(lines))
    await imports.run()
    async with imports.app.unit_of_work.begin(an_origin()) as transaction:
        await transaction.catalogue.replace([an_ingredient("koji", {Nutrient.ENERGY: 286})])
    assert await imports.follow() == 1
    assert {made.nutrition.totals[Nutrient.ENERGY] for made in imports.tables.projections.values()} == {572}


async def test_what_follows_is_not_worked_out_twice_without_need() -> None:
    imports = Imports()
    await imports.upload(good_line(1) + b"\n")
    await imports.run()
    before = dict(imports.tables.projections)
    assert await imports.follow() == 0
    assert all(imports.tables.projections[recipe_id] is made for recipe_id, made in before.items())


async def test_an_import_of_nothing_leaves_nothing_to_follow() -> None:
    imports = Imports()
    await imports.upload()
    await imports.run()
    async with imports.app.unit_of_work.begin(an_origin()) as transaction:
        await transaction.catalogue.replace([an_ingredient("koji", {Nutrient.ENERGY: 286})])
    assert await imports.follow() == 0


async def test_an_export_is_written_part_by_part() -> None:
    imports = Imports()
    await imports.upload(b"".join(good_line(number) + b"\n" for number in range(EXPORT_CHUNK + 1)))
    await imports.run()
    acceptance = await imports.app.bus.defer(ExportRecipes(), an_origin())
    assert await imports.app.run_job.run(acceptance.job.id) == Done()
    [export] = imports.tables.exports.values()
    assert (export.recipes, export.parts) == (EXPORT_CHUNK + 1, 2)
    assert [event.recipes for event in imports.tables.events if isinstance(event, RecipesExported)] == [export.recipes]


async def test_computing_goes_on_while_work_does_and_is_waited_for_when_that_fails() -> None:
    ended: list[str] = []

    def compute() -> int:
        ended.append("computed")
        return 7

    async def work() -> None:
        await asyncio.sleep(0)

    async def broken() -> None:
        raise BrokenWorkerError

    assert await beside(work(), compute) == 7
    with pytest.raises(BrokenWorkerError):
        await beside(broken(), compute)
    assert ended == ["computed", "computed"]


class BrokenWorkerError(Exception):
    """The worker dies here."""


class CancelledAfter:
    """Lets so much progress be reported, then wants the job stopped, as the board does."""

    def __init__(self, reports: int) -> None:
        self._left = reports

    async def report(self, done: int, total: int) -> None:
        del done, total
        self._left -= 1
        if self._left < 0:
            raise JobCancelledError("The job was cancelled.")


class BrokenAfter(CancelledAfter):
    """Lets so much progress be reported, then breaks."""

    async def report(self, done: int, total: int) -> None:
        try:
            await super().report(done, total)
        except JobCancelledError as error:
            raise BrokenWorkerError from error
