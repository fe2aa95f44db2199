"""What every store of uploads, imports and exports promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from application.ports.imports import ExportReads, ImportReads, TooManyUploadsError, UploadStore
from application.ports.jobs import ClaimTerms, JobStore
from application.ports.reads import CatalogueReads, RecipeIndex, RecipeReads
from application.ports.unit_of_work import UnitOfWork
from domain.allergens import ALL_UNKNOWN
from domain.commands import ImportRecipes
from domain.ingredient import Allergen
from domain.japanese_allergens import JapaneseAllergen
from domain.job import Failure, Job, JobStatus
from domain.projection import project
from domain.recipe import Recipe, RecipeStatus, read_lines
from domain.recipe_export import ExportOf, ExportSelection, RecipeExport
from domain.recipe_import import ImportedRecipe, LineProblem, RecipeImport, Upload, UploadPart
from domain.search import RecipeSearch
from tests.support.builders import a_content, a_job, an_origin
from tests.support.contracts.unit_of_work import FREE_OF_ALL, BrokenHandlerError, an_ingredient
from tests.support.fakes import FixedClock

UPLOAD = UUID(int=501)
RICE, SOUP, CAKE = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALL = ExportSelection()
LONG_AGO = -1_000.0
"""A bound so far in the future that everything is older: no test waits."""


class BulkContract:
    """Subclassed once for each adapter; all parts share their data."""

    unit_of_work: UnitOfWork
    uploads: UploadStore
    jobs: JobStore
    catalogue: CatalogueReads
    recipe_reads: RecipeReads
    index: RecipeIndex
    imports: ImportReads
    exports: ExportReads
    clock = FixedClock()

    async def batch(self, *recipes: ImportedRecipe) -> int:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            return await transaction.batches.storing(recipes)()

    async def made(
        self, recipe_id: UUID, name: str = "Rice", *, tags: tuple[str, ...] = (), exported: UUID | None = None
    ) -> ImportedRecipe:
        """Return a recipe of Alice's with what follows from it."""
        current = await self.catalogue.current()
        content = replace(a_content(name), tags=tags)
        readings = read_lines(content, current.catalogue, {})
        recipe, _ = Recipe.add(recipe_id, "alice", content, readings, NOW)
        projection = project(recipe, current.catalogue, current.name, {})
        return ImportedRecipe(recipe=recipe, projection=projection, exported_id=exported)

    async def uploaded(self, upload_id: UUID = UPLOAD, *bodies: bytes, owner: str = "alice") -> Upload:
        """Keep parts of one line each."""
        await self.uploads.begin(upload_id, owner=owner)
        for number, body in enumerate(bodies):
            await self.uploads.add(upload_id, number, UploadPart(number + 1, body))
        upload = Upload(id=upload_id, owner=owner, lines=len(bodies), parts=len(bodies))
        await self.uploads.finish(upload)
        return upload

    async def found(self, upload_id: UUID = UPLOAD, owner: str = "alice") -> Upload | None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            return await transaction.uploads.get(upload_id, owner=owner)

    async def test_an_upload_is_read_part_by_part(self) -> None:
        upload = await self.uploaded(UPLOAD, b"one\n", b"\xff\0two")
        assert await self.found() == upload
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.uploads.part(UPLOAD, 0) == UploadPart(1, b"one\n")
            assert await transaction.uploads.part(UPLOAD, 1) == UploadPart(2, b"\xff\0two")

    async def test_an_upload_that_is_not_finished_is_not_there(self) -> None:
        await self.uploads.begin(UPLOAD, owner="alice")
        await self.uploads.add(UPLOAD, 0, UploadPart(1, b"one"))
        assert await self.found() is None

    async def test_an_upload_is_its_owners_alone(self) -> None:
        await self.uploaded()
        assert await self.found(owner="bob") is None

    async def test_an_upload_is_removed_with_the_transaction_that_imports_it(self) -> None:
        upload = await self.uploaded(UPLOAD, b"one")
        with pytest.raises(BrokenHandlerError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.uploads.remove(UPLOAD)
                raise BrokenHandlerError
        assert await self.found() == upload
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.uploads.remove(UPLOAD)
        assert await self.found() is None

    async def test_a_discarded_upload_is_gone(self) -> None:
        await self.uploaded(UPLOAD, b"one")
        await self.uploads.discard(UPLOAD)
        assert await self.found() is None

    async def test_one_owner_has_so_many_uploads_and_no_more(self) -> None:
        for number in range(20):
            await self.uploads.begin(UUID(int=600 + number), owner="alice")
        with pytest.raises(TooManyUploadsError):
            await self.uploads.begin(UUID(int=700), owner="alice")
        await self.uploads.begin(UUID(int=701), owner="bob")

    async def test_old_uploads_go_unless_a_job_may_still_import_them(self) -> None:
        wanted, failed, cancelled, forgotten = (UUID(int=number) for number in (801, 802, 803, 804))
        for upload_id in (wanted, failed, cancelled, forgotten):
            await self.uploaded(upload_id, b"one")
        await self.jobs.accept(importing(1, wanted))
        await self.ended(importing(2, failed), JobStatus.FAILED)
        await self.ended(importing(3, cancelled), JobStatus.CANCELLED)
        assert await self.uploads.expire(older_than_seconds=3_600, limit=10) == 0
        assert await self.uploads.expire(older_than_seconds=LONG_AGO, limit=1) == 1
        assert await self.uploads.expire(older_than_seconds=LONG_AGO, limit=10) == 1
        left = [upload_id for upload_id in (wanted, failed, cancelled, forgotten) if await self.found(upload_id)]
        assert left == [wanted, failed]

    async def ended(self, job: Job, status: JobStatus) -> None:
        await self.jobs.accept(job)
        started = await self.jobs.claim(job.id, ClaimTerms(lease_seconds=60))
        assert isinstance(started, Job)
        failure = Failure(code="internal-error", detail="Broken.")
        ended, _ = started.fail(failure, NOW) if status is JobStatus.FAILED else started.cancelled(NOW)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.jobs.save(ended)

    async def test_a_batch_is_stored_with_what_follows_from_it(self) -> None:
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.catalogue.replace([an_ingredient("rice")])
        rice = await self.made(RICE, tags=("quick", "お弁当"))
        assert await self.batch(rice, await self.made(SOUP, "Soup")) == 2
        document = await self.recipe_reads.document(RICE, an_origin("bob"))
        assert document is not None
        assert document.version == "1"
        assert msgspec.json.decode(document.body)["tags"] == ["quick", "お弁当"]
        for search in (
            RecipeSearch(tags=("お弁当",)),
            RecipeSearch(text="rice", ingredients=("rice",), tags=("quick",)),
        ):
            page = await self.index.page(search, an_origin("bob"))
            assert [msgspec.json.decode(item)["id"] for item in page.items] == [str(RICE)]
        assert not (await self.index.page(RecipeSearch(free_from=frozenset({Allergen.MILK})), an_origin())).items

    async def test_a_batch_is_found_by_what_it_is_free_of_by_each_list(self) -> None:
        allergens = (FREE_OF_ALL, replace(ALL_UNKNOWN, jp=FREE_OF_ALL.jp), ALL_UNKNOWN)
        made = [
            (await self.made(recipe_id), each) for recipe_id, each in zip((RICE, SOUP, CAKE), allergens, strict=True)
        ]
        await self.batch(*(replace(each, projection=replace(each.projection, allergens=of)) for each, of in made))
        eu, jp = frozenset({Allergen.MILK}), frozenset({JapaneseAllergen.MILK})
        for search, expected in (
            (RecipeSearch(free_from=eu), [RICE]),
            (RecipeSearch(free_from_jp=jp), [SOUP, RICE]),
            (RecipeSearch(free_from=eu, free_from_jp=jp), [RICE]),
        ):
            page = await self.index.page(search, an_origin("bob"))
            assert [msgspec.json.decode(item)["id"] for item in page.items] == [str(each) for each in expected]

    async def test_what_is_there_already_is_left_as_it_is(self) -> None:
        await self.batch(await self.made(RICE))
        again = await self.made(RICE, "Another name")
        exported = await self.made(CAKE, "Rice", exported=RICE)
        assert await self.batch(again, await self.made(SOUP, "Soup"), await self.made(SOUP, "Twice"), exported) == 1
        for recipe_id, name in ((RICE, "Rice"), (SOUP, "Soup")):
            document = await self.recipe_reads.document(recipe_id, an_origin())
            assert document is not None
            assert msgspec.json.decode(document.body)["name"] == name
        assert await self.recipe_reads.document(CAKE, an_origin()) is None

    async def test_a_batch_is_stored_by_the_commit_alone(self) -> None:
        rice = await self.made(RICE)
        with pytest.raises(BrokenHandlerError):
            async with self.unit_of_work.begin(an_origin()) as transaction:
                await transaction.batches.storing([rice])()
                raise BrokenHandlerError
        assert await self.recipe_reads.document(RICE, an_origin()) is None

    async def test_the_recipes_of_an_import_are_found_again(self) -> None:
        draft = await self.made(SOUP, "Soup")
        draft = replace(draft, recipe=draft.recipe.of_status(RecipeStatus.DRAFT))
        await self.batch(await self.made(RICE), draft)
        await self.batch(
            ImportedRecipe(
                recipe=replace(draft.recipe, id=CAKE, created_at=NOW + timedelta(seconds=1)),
                projection=replace(draft.projection, recipe_id=CAKE),
                exported_id=None,
            )
        )
        async with self.unit_of_work.begin(an_origin()) as transaction:
            assert await transaction.batches.added_at(NOW, None, owner="alice", limit=9) == [RICE, SOUP]
            assert await transaction.batches.added_at(NOW, None, owner="alice", limit=1) == [RICE]
            assert await transaction.batches.added_at(NOW, RICE, owner="alice", limit=9) == [SOUP]
            assert await transaction.batches.added_at(NOW, None, owner="bob", limit=9) == []

    async def test_recipes_are_selected_by_whose_they_are_and_what_they_are(self) -> None:
        draft = await self.made(SOUP, "Soup", tags=("hot",))
        draft = replace(draft, recipe=draft.recipe.of_status(RecipeStatus.DRAFT))
        await self.batch(await self.made(RICE, tags=("hot", "quick")), draft)
        assert await self.selected(ALL) == [RICE, SOUP]
        assert await self.selected(ALL, owner="bob") == []
        published = ExportSelection(of=ExportOf.PUBLISHED)
        assert await self.selected(published, owner="bob") == [RICE]
        for condition, expected in (
            (ExportSelection(tag="hot"), [RICE, SOUP]),
            (ExportSelection(tag="quick"), [RICE]),
            (ExportSelection(category="Soup"), []),
            (ExportSelection(recipe_ids=(SOUP, CAKE)), [SOUP]),
        ):
            assert await self.selected(condition) == expected

    async def selected(self, selection: ExportSelection, owner: str = "alice") -> list[UUID]:
        """Return what is selected, read one by one."""
        found: list[UUID] = []
        async with self.unit_of_work.begin(an_origin(owner)) as transaction:
            count = await transaction.batches.count(selection, owner=owner)
            after = None
            while page := await transaction.batches.documents(selection, after, owner=owner, limit=1):
                [(after, document)] = page
                assert msgspec.json.decode(document)["id"] == str(after)
                found.append(after)
        assert len(found) == count
        return found

    async def test_what_became_of_an_import_is_shown_to_its_owner(self) -> None:
        problem = LineProblem(line=3, code="invalid-recipe", detail="No name.", pointer="/name")
        finished = RecipeImport(
            id=RICE, owner="alice", lines=3, added=1, known=1, refused=1, problems=(problem,), created_at=NOW
        )
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.imports.add(finished)
        document = await self.imports.document(RICE, an_origin())
        assert document is not None
        shown = msgspec.json.decode(document.body)
        assert (shown["lines"], shown["added"], shown["known"], shown["refused"]) == (3, 1, 1, 1)
        assert shown["problems"] == [{"line": 3, "code": "invalid-recipe", "detail": "No name.", "pointer": "/name"}]
        assert await self.imports.document(RICE, an_origin("bob")) is None
        assert await self.imports.document(SOUP, an_origin()) is None

    async def test_an_export_is_read_in_its_order_by_its_owner(self) -> None:
        finished = RecipeExport(id=RICE, owner="alice", recipes=2, parts=2, digest="sha256:1", created_at=NOW)
        async with self.unit_of_work.begin(an_origin()) as transaction:
            await transaction.exports.add_part(RICE, 0, b"one\n")
            await transaction.exports.add_part(RICE, 1, b"two\n")
            await transaction.exports.add(finished)
        found = await self.exports.find(RICE, an_origin())
        assert found == finished
        assert [part async for part in self.exports.parts(finished)] == [b"one\n", b"two\n"]
        assert await self.exports.find(RICE, an_origin("bob")) is None
        assert await self.exports.find(SOUP, an_origin()) is None


def importing(job_id: int, upload_id: UUID) -> Job:
    """Return a job that imports an upload, asked for now."""
    job = a_job(job_id, command=ImportRecipes(upload_id=upload_id))
    return replace(job, kind="import-recipes", created_at=datetime(2100, 1, 1, tzinfo=UTC))
