"""The same command runs at once or as a job, and its handler cannot tell."""

from uuid import UUID

import msgspec
import pytest

from application.bus import Bus, MissingHandlerError
from application.verdict import Done
from domain.commands import AddRecipe, GenerateReport, ReviseCatalogue
from domain.errors import ForbiddenError
from domain.events import RecipeAdded
from domain.ingredient import Ingredient
from domain.job import JobStatus
from domain.report import ReportKind
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, an_origin

REPORT = GenerateReport(kind=ReportKind.NUTRITION_SUMMARY)


async def test_executed_command_answers_with_what_it_made() -> None:
    app = InMemoryApplication()
    reference = (await app.bus.execute(AddRecipe(content=a_content("Rice")), an_origin())).reference
    assert reference is not None
    assert app.tables.recipes[reference.id].content.name == "Rice"


async def test_deferred_command_does_nothing_until_its_job_runs() -> None:
    app = InMemoryApplication()
    job = (await app.bus.defer(AddRecipe(content=a_content()), an_origin())).job
    assert app.tables.recipes == {}
    assert await app.run_job.run(job.id) == Done()
    assert len(app.tables.recipes) == 1


async def test_both_ways_have_the_same_effect() -> None:
    direct, deferred = InMemoryApplication(), InMemoryApplication()
    await direct.bus.execute(AddRecipe(content=a_content()), an_origin())
    job = (await deferred.bus.defer(AddRecipe(content=a_content()), an_origin())).job
    await deferred.run_job.run(job.id)
    [one], [other] = direct.tables.recipes.values(), deferred.tables.recipes.values()
    assert (one.content, one.owner, one.readings) == (other.content, other.owner, other.readings)


@pytest.mark.parametrize("way", ["execute", "defer"])
async def test_missing_scope_is_refused_before_anything_happens(way: str) -> None:
    app = InMemoryApplication()
    with pytest.raises(ForbiddenError, match="recipe:write"):
        await getattr(app.bus, way)(AddRecipe(content=a_content()), an_origin(scopes=frozenset({"recipe:read"})))
    assert not app.tables.jobs
    assert not app.tables.recipes


async def test_report_covers_what_was_published_and_names_its_snapshot() -> None:
    app = InMemoryApplication()
    for name in ("Rice", "More rice"):
        await app.bus.execute(AddRecipe(content=a_content(name)), an_origin())
    reference = (await app.bus.execute(REPORT, an_origin())).reference
    assert reference is not None
    report = app.tables.reports[reference.id]
    assert report.content["coverage"] == {"lines": 4, "resolved": 2}
    assert report.snapshot.startswith("sha256:")


async def test_same_snapshot_gives_the_same_report_byte_for_byte() -> None:
    app = InMemoryApplication()
    await app.bus.execute(AddRecipe(content=a_content()), an_origin())
    first = (await app.bus.execute(REPORT, an_origin())).reference
    second = (await app.bus.execute(REPORT, an_origin())).reference
    assert first is not None
    assert second is not None
    one, other = app.tables.reports[first.id], app.tables.reports[second.id]
    assert one.snapshot == other.snapshot
    assert msgspec.json.encode(one.content) == msgspec.json.encode(other.content)


async def test_projection_changes_nothing_in_a_report() -> None:
    app = InMemoryApplication()
    reference = (await app.bus.execute(AddRecipe(content=a_content()), an_origin())).reference
    before = (await app.bus.execute(REPORT, an_origin())).reference
    assert reference is not None
    assert before is not None
    event = RecipeAdded(recipe_id=reference.id, version=1, owner="alice", at=app.clock.now())
    await app.bus.tell(event, an_origin())
    assert reference.id in app.tables.projections
    after = (await app.bus.execute(REPORT, an_origin())).reference
    assert after is not None
    assert app.tables.reports[before.id].content == app.tables.reports[after.id].content


async def test_event_of_a_recipe_that_is_gone_is_harmless() -> None:
    app = InMemoryApplication()
    await app.bus.tell(RecipeAdded(recipe_id=UUID(int=9), version=1, owner="alice", at=app.clock.now()), an_origin())
    assert app.tables.projections == {}


async def test_accepted_job_waits_as_queued() -> None:
    app = InMemoryApplication()
    job = (await app.bus.defer(REPORT, an_origin())).job
    assert job.status is JobStatus.QUEUED
    assert await app.jobs.get(job.id, owner="alice") == job


def test_bus_without_a_handler_of_the_table_does_not_start() -> None:
    app = InMemoryApplication()
    with pytest.raises(MissingHandlerError, match="AddRecipeHandler"):
        Bus(
            handlers={},
            unit_of_work=app.unit_of_work,
            jobs=app.jobs,
            clock=app.clock,
            ids=app.ids,
            telemetry=app.telemetry,
        )


async def test_revised_catalogue_is_what_lines_are_read_against() -> None:
    app = InMemoryApplication()
    rice = Ingredient(
        name="rice",
        aliases=(),
        eu_allergens={},
        density_g_per_ml=None,
        piece_g=None,
        piece_measure=None,
        nutrients={},
        source="test",
    )
    await app.bus.execute(ReviseCatalogue(ingredients=(rice,)), an_origin())
    reference = (await app.bus.execute(AddRecipe(content=a_content("Rice", "300 g rice")), an_origin())).reference
    assert reference is not None
    assert [line.ingredient for line in app.tables.recipes[reference.id].readings] == ["rice"]
