"""What a food or a dish holds of one list of allergens: the EU's or Japan's, and never a mixture of the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Listed = TypeVar("Listed", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAllergens(Generic[Listed]):
    """The allergens of one list; one of them that is in none of the three sets is absent for certain.

    Each list has its own: "milk" stands on both, is equal as a text, and is another promise.
    """

    listed: type[Listed]
    contained: frozenset[Listed] = frozenset()
    possible: frozenset[Listed] = frozenset()
    unknown: frozenset[Listed] = frozenset()

    @property
    def free(self) -> frozenset[Listed]:
        """What it is free of, for certain."""
        return frozenset(self.listed) - self.contained - self.possible - self.unknown

    def plus(self, other: "ListedAllergens[Listed]") -> "ListedAllergens[Listed]":
        """Return the allergens of both eaten together: for each, the worse of the two answers."""
        return together(self.listed, (self, other))


def all_unknown(listed: type[Listed]) -> ListedAllergens[Listed]:
    """Return what is known of a food of which nothing is known."""
    return ListedAllergens(listed=listed, unknown=frozenset(listed))


def together(listed: type[Listed], parts: Sequence[ListedAllergens[Listed]]) -> ListedAllergens[Listed]:
    """Return the allergens of all of them eaten together: for each, the worst answer; of no parts it is free of all.

    What is known to be in one of them stays so, whatever else is unknown about another.
    """
    contained = frozenset[Listed]().union(*(part.contained for part in parts))
    possible = frozenset[Listed]().union(*(part.possible for part in parts)) - contained
    unknown = frozenset[Listed]().union(*(part.unknown for part in parts)) - contained - possible
    return ListedAllergens(listed=listed, contained=contained, possible=possible, unknown=unknown)
