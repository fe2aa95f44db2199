"""What reports read, and what they find: recipes as whole numbers, findings as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

MICROGRAMS_PER_GRAM = 1_000_000

Weight = int | Fraction
"""Micrograms: whole for a line as it was read, a fraction for what comes through a part of another recipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFacts:
    """One recipe; None, for servings, is a yield that nobody wrote down.

    `ingredients` and `weights` have one entry for each line of the recipe and of the recipes that it uses: the
    catalogue's name and micrograms, each None when unknown. Of `lines`, `resolved` are weighed or left to taste.
    `unread` are lines, as written, that name nothing in the catalogue. `parts` are the lines that use another recipe,
    each with how many millionths of its whole yield; `Composition` puts in their place what that recipe holds.
    """

    id: UUID
    version: int
    name: str
    category: str | None
    servings: Fraction | None
    lines: int
    resolved: int
    ingredients: Sequence[str | None] = ()
    weights: Sequence[Weight | None] = ()
    unread: Sequence[str] = ()
    parts: Sequence[tuple[UUID, int | None]] = ()

    @property
    def is_resolved(self) -> bool:
        """Whether every line is understood."""
        return self.resolved == self.lines

    @property
    def feeds(self) -> Fraction | None:
        """For how many it is; None when that is not said, or is no number of people."""
        return self.servings if self.servings is not None and self.servings > 0 else None

    @property
    def weighed(self) -> Iterator[tuple[str, Weight]]:
        """Yield ingredient and micrograms of each line that has both."""
        for name, weight in zip(self.ingredients, self.weights, strict=True):
            if name is not None and weight is not None:
                yield name, weight


@dataclass(slots=True)
class Coverage:
    """How many lines a report rests on, and how many of them it could use."""

    lines: int = 0
    resolved: int = 0

    def add(self, recipe: RecipeFacts) -> None:
        """Count a recipe's lines."""
        self.lines += recipe.lines
        self.resolved += recipe.resolved

    def merge(self, other: "Coverage") -> None:
        """Count those of another part as well."""
        self.lines += other.lines
        self.resolved += other.resolved

    def shown(self) -> dict[str, int]:
        """Return both as plain values."""
        return {"lines": self.lines, "resolved": self.resolved}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A report's result as plain values for JSON, the same for the same facts in any order."""

    coverage: Mapping[str, object]
    summary: Mapping[str, object]
    rows: Sequence[Mapping[str, object]]
