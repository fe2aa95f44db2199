"""What follows from recipes can be worked out anew at any time."""

from application.rebuild_projections import CHUNK, RebuildProjections
from domain.commands import AddRecipe, ReviseCatalogue
from domain.ingredient import LineStatus
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, an_origin
from tests.support.contracts.unit_of_work import an_ingredient


async def test_a_rebuild_brings_every_recipe_up_to_the_newest_catalogue() -> None:
    app = InMemoryApplication()
    for _ in range(CHUNK + 1):
        await app.bus.execute(AddRecipe(content=a_content("Rice", "100 g rice")), an_origin())
    await app.bus.execute(ReviseCatalogue(ingredients=(an_ingredient("rice"),)), an_origin())
    rebuild = RebuildProjections(app.catalogue, app.unit_of_work)
    assert [done async for done in rebuild.run(an_origin())] == [CHUNK, CHUNK + 1]
    newest = (await app.catalogue.current()).name
    assert {made.catalogue for made in app.tables.projections.values()} == {newest}
    assert len(app.tables.projections) == CHUNK + 1
    for recipe in app.tables.recipes.values():
        assert [reading.status for reading in recipe.readings] == [LineStatus.RESOLVED]


async def test_nothing_to_rebuild_is_nothing_done() -> None:
    app = InMemoryApplication()
    assert [done async for done in RebuildProjections(app.catalogue, app.unit_of_work).run(an_origin())] == []
