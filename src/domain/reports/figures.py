"""Rounding, at output and nowhere before."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

HUNDREDTHS = 100


def rounded(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to a quotient, the even one when two are as near; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def shown(figure: Fraction | int, digits: int = 2) -> float:
    """Return a figure to be read by people, with so many digits after the point."""
    scale: int = 10**digits
    return rounded(figure.numerator * scale, figure.denominator) / scale


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """Return the percentile of figures in ascending order; raise IndexError when there are none."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def shares(parts: Mapping[str, Fraction], whole: int = 100 * HUNDREDTHS) -> dict[str, int]:
    """Divide `whole` in proportion to the parts, so that the shares sum to it; all are 0 when the parts sum to nothing.

    Each share is rounded down, and what is left goes one by one to the largest remainders, by name among equals.
    """
    total = sum(parts.values(), Fraction(0))
    if not total:
        return dict.fromkeys(parts, 0)
    exact = {name: part * whole / total for name, part in parts.items()}
    given = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (given[name] - exact[name], name))
    for name in by_remainder[: whole - sum(given.values())]:
        given[name] += 1
    return given
