"""Exact amounts: nothing is rounded before it is shown."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a unit, exactly: one figure when `low == high`, else a range that includes both ends.

    Raises ValueError when negative or when the ends are the wrong way round.
    """

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        """Refuse what no kitchen can weigh."""
        if self.low < 0 or self.high < self.low:
            raise ValueError(f"An amount needs 0 <= low <= high, not {self.low} and {self.high}.")

    @classmethod
    def exactly(cls, value: Fraction | int) -> "Amount":
        """Return the amount that is no range."""
        figure = Fraction(value)
        return cls(figure, figure)

    @property
    def is_range(self) -> bool:
        """Whether the text gave two figures."""
        return self.low != self.high

    @property
    def midpoint(self) -> Fraction:
        """The one figure to calculate with: the middle of a range."""
        return self.low if self.low == self.high else (self.low + self.high) / 2

    def scaled(self, factor: Fraction | int) -> "Amount":
        """Return this amount times a factor that is not negative."""
        return Amount(self.low * factor, self.high * factor)

    def plus(self, other: "Amount") -> "Amount":
        """Return the sum of two amounts of the same unit."""
        return Amount(self.low + other.low, self.high + other.high)
