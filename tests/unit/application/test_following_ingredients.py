"""Recipes follow their ingredients: what is said anew of one changes what is known of every dish with it."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from application.handlers.follow_ingredient import CHUNK
from domain.commands import AddIngredient, AddRecipe, ReviseIngredient
from domain.events import IngredientAdded, IngredientPartlyFollowed, IngredientRevised
from domain.ingredient import Allergen, LineStatus, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.nutrient import Nutrient
from domain.recipe import RecipeContent, Section, SubRecipe
from tests.support.application import InMemoryApplication
from tests.support.builders import a_content, an_origin
from tests.support.facts import an_ingredient

KOJI = an_ingredient("koji", {Nutrient.ENERGY: 286})


async def keep(app: InMemoryApplication, content: RecipeContent) -> UUID:
    execution = await app.bus.execute(AddRecipe(content=content), an_origin())
    assert execution.reference is not None
    return execution.reference.id


async def add(app: InMemoryApplication) -> UUID:
    execution = await app.bus.execute(AddIngredient(ingredient=KOJI), an_origin())
    assert execution.reference is not None
    return execution.reference.id


async def follow(app: InMemoryApplication, begin: int = 0) -> int:
    """Tell every event of an ingredient from that one on, those that follow from it included; return their number."""
    told = begin
    while told < len(app.tables.events):
        event = app.tables.events[told]
        if isinstance(event, IngredientAdded | IngredientRevised | IngredientPartlyFollowed):
            await app.bus.tell(event, an_origin())
        told += 1
    return told


async def test_a_line_is_understood_once_its_ingredient_is_known() -> None:
    app = InMemoryApplication()
    recipe = await keep(app, a_content("Amazake", "200 g koji", "400 ml water"))
    assert app.tables.recipes[recipe].readings[0].status is LineStatus.UNRESOLVED
    await add(app)
    await follow(app)
    assert app.tables.recipes[recipe].readings[0].grams == 200
    assert app.tables.projections[recipe].nutrition.totals == {Nutrient.ENERGY: Fraction(572)}


async def test_nutrition_and_allergens_follow_a_revision_through_recipes_that_use_others() -> None:
    app = InMemoryApplication()
    koji = await add(app)
    base = await keep(app, a_content("Base", "100 g koji"))
    lines = (Section(lines=("the base",)),)
    dish = await keep(
        app,
        RecipeContent(
            name="Dish", sections=lines, sub_recipes=(SubRecipe(line=0, recipe_id=base, portion=Fraction(1, 2)),)
        ),
    )
    revised = replace(
        KOJI,
        nutrients={Nutrient.ENERGY: Fraction(300)},
        eu_allergens={Allergen.SOY: Presence.CONTAINS},
        jp_allergens={JapaneseAllergen.WHEAT: Presence.CONTAINS, JapaneseAllergen.BUCKWHEAT: Presence.FREE},
    )
    await app.bus.execute(ReviseIngredient(ingredient_id=koji, ingredient=revised), an_origin())
    await follow(app)
    made = app.tables.projections[dish]
    assert made.nutrition.totals == {Nutrient.ENERGY: Fraction(150)}
    assert made.allergens.eu.contained == {Allergen.SOY}
    assert made.allergens.jp.contained == {JapaneseAllergen.WHEAT}
    assert made.allergens.jp.free == {JapaneseAllergen.BUCKWHEAT}
    assert made.catalogue == (await app.catalogue.current()).name


async def test_a_name_that_is_given_up_is_understood_no_more() -> None:
    app = InMemoryApplication()
    execution = await app.bus.execute(AddIngredient(ingredient=replace(KOJI, aliases=("malted rice",))), an_origin())
    assert execution.reference is not None
    recipe = await keep(app, a_content("Amazake", "200 g malted rice"))
    assert app.tables.recipes[recipe].readings[0].ingredient == "koji"
    await app.bus.execute(ReviseIngredient(ingredient_id=execution.reference.id, ingredient=KOJI), an_origin())
    await follow(app)
    assert app.tables.recipes[recipe].readings[0].ingredient is None


async def test_many_recipes_follow_in_parts_and_events_may_come_twice() -> None:
    app = InMemoryApplication()
    recipes = [await keep(app, a_content("Amazake", "200 g koji")) for _ in range(2 * CHUNK + 1)]
    begin = len(app.tables.events)
    await add(app)
    await follow(app, begin)
    parts = [event for event in app.tables.events if isinstance(event, IngredientPartlyFollowed)]
    assert len(parts) == 2
    assert {app.tables.recipes[recipe].readings[0].ingredient for recipe in recipes} == {"koji"}
    projected = dict(app.tables.projections)
    await app.bus.tell(parts[0], an_origin())
    assert app.tables.projections == projected


async def test_an_event_about_nothing_does_nothing() -> None:
    app = InMemoryApplication()
    event = IngredientAdded(
        ingredient_id=UUID(int=1), version=1, owner="alice", names=("koji",), at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    await app.bus.tell(event, an_origin())
    assert app.tables.projections == {}
