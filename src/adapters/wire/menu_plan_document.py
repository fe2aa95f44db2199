"""The menu plan as it is shown and stored: one JSON document, written once per version, read back exactly."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from adapters.wire.figures import exact, number
from domain.menu_plan import MenuPlan, MenuPlanContent, PlannedMeal


class MealDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One recipe on one day, for so many."""

    day: date
    recipe_id: UUID
    servings: int | float
    meal: str | None = None


class MenuPlanDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The public representation of a menu plan."""

    id: UUID
    version: int
    owner: str
    name: str
    meals: tuple[MealDocument, ...]
    created_at: datetime
    updated_at: datetime


def menu_plan_document(plan: MenuPlan) -> bytes:
    """Return the plan's public JSON."""
    return msgspec.json.encode(
        MenuPlanDocument(
            id=plan.id,
            version=plan.version,
            owner=plan.owner,
            name=plan.content.name,
            meals=tuple(
                MealDocument(day=meal.day, recipe_id=meal.recipe_id, servings=number(meal.servings), meal=meal.meal)
                for meal in plan.content.meals
            ),
            created_at=plan.created_at,
            updated_at=plan.updated_at,
        )
    )


def menu_plan_from(document: bytes) -> MenuPlan:
    """Rebuild the aggregate from its document; raise msgspec.ValidationError if it is not one."""
    shown = msgspec.json.decode(document, type=MenuPlanDocument)
    meals = tuple(
        PlannedMeal(day=meal.day, recipe_id=meal.recipe_id, servings=exact(meal.servings), meal=meal.meal)
        for meal in shown.meals
    )
    return MenuPlan(
        id=shown.id,
        owner=shown.owner,
        version=shown.version,
        content=MenuPlanContent(name=shown.name, meals=meals),
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )
