"""Recipes as clients write them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec

from domain.recipe import RecipeContent, RecipeYield, Section, SubRecipe

Minutes = Annotated[int, msgspec.Meta(ge=0, le=100_000, description="A duration in minutes.")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=500, description="One ingredient line, as written.")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]


class YieldInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much the recipe makes."""

    amount: Annotated[float, msgspec.Meta(ge=0.01, le=10_000)]
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=50)] = "servings"


class PartInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A line that stands for another recipe; `portion` is how much of its whole yield goes in, 1 is all of it."""

    text: Line
    recipe_id: UUID
    portion: Annotated[float, msgspec.Meta(gt=0, le=1_000)] | None = None


class SectionInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ingredient lines under a heading."""

    lines: tuple[Line | PartInput, ...]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class RecipeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A recipe as its author writes it; what is unknown is left out."""

    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "name": "Onigiri",
        "category": "Rice and noodles",
        "yield": {"amount": 2},
        "ingredients": [{"lines": ["300 g cooked rice", "1 umeboshi", "2 sheets toasted nori"]}],
        "steps": ["Shape the rice around the umeboshi.", "Wrap it in nori."],
    }

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    ingredients: Annotated[tuple[SectionInput, ...], msgspec.Meta(min_length=1, max_length=50)]
    steps: Annotated[tuple[Text, ...], msgspec.Meta(max_length=300)] = ()
    description: Text | None = None
    recipe_yield: YieldInput | None = msgspec.field(default=None, name="yield")
    category: Text | None = None
    cuisine: Text | None = None
    tags: Annotated[tuple[Text, ...], msgspec.Meta(max_length=50)] = ()
    prep_minutes: Minutes | None = None
    cook_minutes: Minutes | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    source: Text | None = None
    licence: Text | None = None

    def content(self) -> RecipeContent:
        """Return what the domain makes of it; raise InvalidRecipeError where a rule is broken."""
        made = self.recipe_yield
        return RecipeContent(
            name=self.name,
            sections=tuple(
                Section(title=section.title, lines=tuple(_text(line) for line in section.lines))
                for section in self.ingredients
            ),
            sub_recipes=tuple(self._sub_recipes()),
            steps=self.steps,
            description=self.description,
            recipe_yield=RecipeYield(amount=Fraction(str(made.amount)), unit=made.unit) if made else None,
            category=self.category,
            cuisine=self.cuisine,
            tags=self.tags,
            prep_minutes=self.prep_minutes,
            cook_minutes=self.cook_minutes,
            language=self.language,
            source=self.source,
            licence=self.licence,
        )

    def _sub_recipes(self) -> Iterator[SubRecipe]:
        for number, line in enumerate(line for section in self.ingredients for line in section.lines):
            if isinstance(line, PartInput):
                portion = None if line.portion is None else Fraction(str(line.portion))
                yield SubRecipe(line=number, recipe_id=line.recipe_id, portion=portion)


class NewRecipeInput(RecipeInput, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A new recipe; a draft is shown to its owner alone."""

    status: Literal["draft", "published"] = "published"


def _text(line: str | PartInput) -> str:
    return line if isinstance(line, str) else line.text
