"""Menu plans (献立): which recipe is served, on which day, for how many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from domain.errors import InvalidMenuPlanError

MOST_MEALS = 5_000
MOST_RECIPES = 1_000
LONGEST_NAME = 200
MOST_SERVINGS = 100_000
SMALLEST_SERVING = Fraction(1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeal:
    """One recipe on one day for so many; `meal` is a word such as lunch."""

    day: date
    recipe_id: UUID
    servings: Fraction
    meal: str | None = None

    def check(self, pointer: str) -> None:
        """Raise InvalidMenuPlanError when nobody could cook this."""
        if not SMALLEST_SERVING <= self.servings <= MOST_SERVINGS:
            raise InvalidMenuPlanError(f"From 0.01 to {MOST_SERVINGS:,} servings.", pointer=f"{pointer}/servings")
        if self.meal is not None and not 0 < len(self.meal.strip()) <= LONGEST_NAME:
            raise InvalidMenuPlanError(f"From 1 to {LONGEST_NAME} characters.", pointer=f"{pointer}/meal")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPlanContent:
    """Everything that the owner decides."""

    name: str
    meals: tuple[PlannedMeal, ...]

    def __post_init__(self) -> None:
        """Refuse what is no plan, naming the field by a JSON pointer."""
        if not 0 < len(self.name.strip()) <= LONGEST_NAME:
            raise InvalidMenuPlanError(f"From 1 to {LONGEST_NAME} characters.", pointer="/name")
        if not 0 < len(self.meals) <= MOST_MEALS:
            raise InvalidMenuPlanError(f"From 1 to {MOST_MEALS:,} meals.", pointer="/meals")
        if len({meal.recipe_id for meal in self.meals}) > MOST_RECIPES:
            raise InvalidMenuPlanError(f"At most {MOST_RECIPES:,} different recipes.", pointer="/meals")
        for number, meal in enumerate(self.meals):
            meal.check(f"/meals/{number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPlan:
    """The aggregate: a plan with its owner and version."""

    id: UUID
    owner: str
    version: int
    content: MenuPlanContent
    created_at: datetime
    updated_at: datetime

    @classmethod
    def add(cls, menu_plan_id: UUID, owner: str, content: MenuPlanContent, at: datetime) -> "MenuPlan":
        """Begin a plan."""
        return cls(id=menu_plan_id, owner=owner, version=1, content=content, created_at=at, updated_at=at)

    def revise(self, content: MenuPlanContent, at: datetime) -> "MenuPlan":
        """Replace what it says, as the next version."""
        return replace(self, version=self.version + 1, content=content, updated_at=at)

    def meals(self, first: date | None, last: date | None) -> Sequence[PlannedMeal]:
        """Return the meals from the first day to the last, both included; None is open."""
        return [
            meal
            for meal in self.content.meals
            if (first is None or first <= meal.day) and (last is None or meal.day <= last)
        ]
