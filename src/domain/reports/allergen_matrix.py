"""The allergen matrix: what is in each recipe, through the recipes it uses, and what nobody knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from domain.errors import InvalidReportError
from domain.ingredient import Allergen, Ingredient, Presence
from domain.japanese_allergens import JapaneseAllergen
from domain.report import RecipeSelection
from domain.reports.facts import Coverage, Findings, RecipeFacts
from domain.reports.sources import Sources

MOST_ROWS = 10_000
MOST_UNKNOWN = 100


class Labelling(StrEnum):
    """Whose list of allergens: the EU's fourteen, or Japan's twenty-nine."""

    EU = "eu"
    JP = "jp"


LISTS: Mapping[Labelling, Sequence[Allergen | JapaneseAllergen]] = {
    Labelling.EU: tuple(Allergen),
    Labelling.JP: tuple(JapaneseAllergen),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergenMatrixParameters(RecipeSelection):
    """`rows` is how many recipes are shown one by one, in the order of their names; all of them are counted."""

    rows: int = 1_000
    labelling: Labelling = Labelling.EU

    def check(self) -> None:
        """Refuse more rows than a reader could want."""
        if not 0 <= self.rows <= MOST_ROWS:
            raise InvalidReportError(f"From 0 to {MOST_ROWS:,} rows.", pointer="/parameters/rows")


class _Presences(NamedTuple):
    """One bit for each allergen; one that is in none of the three sets is absent for certain."""

    contained: int
    possible: int
    unknown: int


class _Row(NamedTuple):
    name: str
    id: UUID
    category: str | None
    presences: _Presences


class AllergenMatrix:
    """What is in each recipe.

    What an ingredient holds, the recipe holds; an ingredient that nothing is known of makes everything else unknown,
    and unknown is never free.
    """

    def __init__(self, parameters: AllergenMatrixParameters, sources: Sources) -> None:
        """Start with no recipes."""
        self.selection = parameters
        self._most_rows = parameters.rows
        self._allergens = LISTS[parameters.labelling]
        # An ingredient's three sets in one number, so that those of a recipe are one `or` an ingredient.
        self._width = len(self._allergens)
        self._all = (1 << self._width) - 1
        self._nothing_known = self._all << 2 * self._width
        self._bits: Mapping[str | None, int] = {
            name: _bits_of(ingredient, self._allergens) for name, ingredient in sources.ingredients.items()
        }
        self._coverage = Coverage()
        self._recipes: Counter[_Presences] = Counter()
        self._used: Counter[str | None] = Counter()
        self._unread: Counter[str] = Counter()
        self._rows: list[_Row] = []
        # Once enough rows are kept, the place that one must be before to be shown.
        self._last: tuple[str, UUID] | None = None

    def add(self, recipe: RecipeFacts) -> None:
        """Take one recipe."""
        self._coverage.add(recipe)
        names, bits = set(recipe.ingredients), 0
        for name in names:
            bits |= self._bits.get(name, self._nothing_known)
        contained = bits & self._all
        possible = bits >> self._width & ~contained & self._all
        found = _Presences(contained, possible, bits >> 2 * self._width & ~contained & ~possible)
        self._recipes[found] += 1
        self._used.update(names)
        if recipe.unread:
            self._unread.update(set(recipe.unread))
        if self._last is None or (recipe.name, recipe.id) < self._last:
            self._rows.append(_Row(recipe.name, recipe.id, recipe.category, found))
            if len(self._rows) > 2 * self._most_rows + 1_000:
                self._rows = nsmallest(self._most_rows, self._rows, key=_place)
                self._last = _place(self._rows[-1]) if self._rows else ("", recipe.id)

    def merge(self, other: "AllergenMatrix") -> None:
        """Take the recipes of another part as well."""
        self._coverage.merge(other._coverage)  # noqa: SLF001 (its own kind)
        self._recipes.update(other._recipes)  # noqa: SLF001
        self._used.update(other._used)  # noqa: SLF001
        self._unread.update(other._unread)  # noqa: SLF001
        self._rows += other._rows  # noqa: SLF001

    def finish(self) -> Findings:
        """Return a row for each recipe, and the counts over all of them."""
        recipes = self._recipes.total()
        rows = nsmallest(self._most_rows, self._rows, key=_place)
        return Findings(
            coverage=self._coverage.shown(),
            summary={
                "recipes": recipes,
                "recipesShown": len(rows),
                "recipesFullyKnown": sum(count for found, count in self._recipes.items() if not found.unknown),
                "allergens": [self._of_allergen(number) for number in range(self._width)],
                "together": self._together(),
                "ingredientsNotFullyKnown": _ranked(self._not_fully_known(), "ingredient"),
                "linesNotRead": _ranked(self._unread, "line"),
            },
            rows=[_shown(row, self._allergens) for row in rows],
        )

    def _not_fully_known(self) -> Mapping[str, int]:
        return {
            name: count
            for name, count in self._used.items()
            if name is not None and self._bits.get(name, self._nothing_known) >> 2 * self._width
        }

    def _of_allergen(self, number: int) -> dict[str, object]:
        counts = {
            member: sum(count for found, count in self._recipes.items() if getattr(found, member) >> number & 1)
            for member in _Presences._fields
        }
        return {
            "allergen": self._allergens[number].value,
            "contains": counts["contained"],
            "mayContain": counts["possible"],
            "unknown": counts["unknown"],
            "free": self._recipes.total() - sum(counts.values()),
        }

    def _together(self) -> list[dict[str, object]]:
        """Return which allergens are in one recipe for certain, the most frequent pair first."""
        pairs: Counter[tuple[int, int]] = Counter()
        for found, count in self._recipes.items():
            held = [number for number in range(self._width) if found.contained >> number & 1]
            for pair in combinations(held, 2):
                pairs[pair] += count
        ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
        return [
            {"allergens": [self._allergens[one].value, self._allergens[other].value], "recipes": count}
            for (one, other), count in ordered
        ]


def _bits_of(ingredient: Ingredient, allergens: Sequence[Allergen | JapaneseAllergen]) -> int:
    width = len(allergens)
    shifts = {Presence.CONTAINS: 0, Presence.MAY_CONTAIN: width, Presence.UNKNOWN: 2 * width}
    presences = (ingredient.presence(allergen) for allergen in allergens)
    return sum(1 << number + shifts[presence] for number, presence in enumerate(presences) if presence in shifts)


def _place(row: _Row) -> tuple[str, UUID]:
    return row.name, row.id


def _ranked(counts: Mapping[str, int], what: str) -> list[dict[str, object]]:
    ordered = nsmallest(MOST_UNKNOWN, counts.items(), key=lambda item: (-item[1], item[0]))
    return [{what: name, "recipes": count} for name, count in ordered]


def _shown(row: _Row, allergens: Sequence[Allergen | JapaneseAllergen]) -> dict[str, object]:
    found = row.presences
    presence: dict[str, object] = {}
    for number, allergen in enumerate(allergens):
        answer = Presence.FREE
        for bits, worse in (
            (found.unknown, Presence.UNKNOWN),
            (found.possible, Presence.MAY_CONTAIN),
            (found.contained, Presence.CONTAINS),
        ):
            if bits >> number & 1:
                answer = worse
        presence[allergen.value] = answer.value
    return {"recipe": str(row.id), "name": row.name, "category": row.category, **presence}
