"""Decimals in JSON: what people write with a few places after the point comes back as it was."""

from fractions import Fraction


def number(figure: Fraction) -> int | float:
    """Return a decimal as JSON writes it."""
    return figure.numerator if figure.denominator == 1 else float(figure)


def exact(shown: float) -> Fraction:
    """Return the decimal that a JSON number is written as, not the binary one nearest to it."""
    return Fraction(str(shown))
