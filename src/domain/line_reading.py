"""What a grammar makes of one line, and the measures (`2 cups`) that every grammar reads."""

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from domain.numerals import ABSURD
from domain.quantity import Amount
from domain.units import Dimension, Unit, converted


class Certainty(IntEnum):
    """How sure a grammar is, in percent: an order from guess to plain sight, not a probability."""

    NOTHING = 0
    NAME_ONLY = 20
    ASSUMED = 50
    FOUND_INSIDE = 60
    COMPOSED = 80
    COUNTED = 90
    PLAIN = 100


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount of a unit; without a unit it counts whole things."""

    amount: Amount
    unit: Unit | None

    @property
    def is_weight(self) -> bool:
        """Whether the measure needs no ingredient's figure to become grams."""
        return self.unit is not None and self.unit.dimension is Dimension.MASS

    @property
    def is_count(self) -> bool:
        """Whether the measure counts things or packs."""
        return self.unit is None or self.unit.dimension is Dimension.COUNT

    def times(self, inner: "Measure") -> "Measure":
        """Return so many of the inner measure: `2` of `400 g` is `800 g`."""
        return Measure(inner.amount.scaled(self.amount.midpoint), inner.unit)

    def plus(self, other: "Measure") -> "Measure | None":
        """Return the sum in this measure's unit, or None when they do not add up."""
        factor = converted(Fraction(1), other.unit, self.unit) if self.unit and other.unit else None
        return Measure(self.amount.plus(other.amount.scaled(factor)), self.unit) if factor is not None else None

    @property
    def is_absurd(self) -> bool:
        """Whether composing went beyond what any kitchen has."""
        return self.amount.high >= ABSURD


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A line taken apart; `ingredient` is the text that should name one, unchecked."""

    measure: Measure | None
    ingredient: str
    preparation: str | None = None
    optional: bool = False
    to_taste: bool = False
    certainty: Certainty


def combined(outer: Measure, inner: Measure, *, apiece: bool) -> Measure:
    """Return what `1 (400 g) can`, `1 cup (120 g)` or `6 fillets (100 g each)` amounts to.

    A weight beats a volume, both beat a count; a pack's size, or one said to be apiece, is multiplied.
    """
    if outer.is_count and not inner.is_count:
        return outer.times(inner) if apiece or outer.amount.midpoint == 1 else inner
    if inner.is_weight and not outer.is_weight:
        return inner
    return outer
