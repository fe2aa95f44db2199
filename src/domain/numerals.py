"""Numbers as recipes write them, read exactly: `1 1/2`, `1-1/2`, `1.5`, `1,5`, `two`, `one-half`, `二`."""

import re
import unicodedata
from fractions import Fraction

from domain.quantity import Amount

ABSURD = Fraction(1_000_000)
"""Amounts from here on are read as no amount at all: no kitchen counts, weighs or pours a million."""

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4}
_KANJI = {"半": Fraction(1, 2)} | {sign: Fraction(value) for value, sign in enumerate("一二三四五六七八九十", start=1)}

_COUNTED = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?:(?P<whole>[0-9]{1,6})(?:\s*-\s*|\s*(?:and|&|と)\s*|\s+))?(?P<top>[0-9]{1,6})\s?/\s?(?P<bottom>[0-9]{1,6})(?![0-9])"
    r"|(?P<thousands>[0-9]{1,3}(?:,[0-9]{3})+)(?![0-9])"
    r"|(?P<decimal>[0-9]{1,6}[.,][0-9]{1,4}|\.[0-9]{1,4}|[0-9]{1,6})(?![0-9])"
    rf"|(?:(?P<times>{_COUNTED})[ -])?(?P<part>{'|'.join(_PARTS)})(?:\s+an?)?\b"
    rf"|(?P<word>{_COUNTED})\b"
    r"|(?P<kanji>[一二三四五六七八九十半])(?![一二三四五六七八九十])",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:-|~|から|\bto\b|\bor\b)\s*", re.IGNORECASE)
_VULGAR = re.compile(r"(?<=[0-9])(?=[¼½¾⅐-⅞])")
_SIGNS = str.maketrans({
    "\N{FRACTION SLASH}": "/", "\N{DIVISION SLASH}": "/", "\N{WAVE DASH}": "~",
    "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-", "\N{FIGURE DASH}": "-", "\N{EN DASH}": "-",
    "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": None, "\N{RIGHT DOUBLE QUOTATION MARK}": None, '"': None,
})  # fmt: skip


def plain_text(text: str) -> str:
    """Return the text in compatibility form, with plain dashes and quotes, fractions as `1 1/2`, single spaces."""
    # Without the space, compatibility form would turn 1½ into 11/2.
    spaced = text if text.isascii() else unicodedata.normalize("NFKC", _VULGAR.sub(" ", text))
    return " ".join(spaced.translate(_SIGNS).split())


def read_number(text: str, start: int = 0) -> tuple[Fraction, int] | None:
    """Return the number that begins exactly at `start` and where it ends, or None."""
    found = _NUMBER.match(text, start)
    if found is None:
        return None
    value = _value(found)
    return None if value is None or value >= ABSURD else (value, found.end())


def _value(found: re.Match[str]) -> Fraction | None:
    whole, top, bottom = found["whole"], found["top"], found["bottom"]
    if bottom:
        return int(whole or 0) + Fraction(int(top), int(bottom)) if int(bottom) else None
    if found["thousands"]:
        return Fraction(found["thousands"].replace(",", ""))
    if found["decimal"]:
        return Fraction(found["decimal"].replace(",", "."))
    if found["part"]:
        return Fraction(_WORDS[(found["times"] or "one").lower()], _PARTS[found["part"].lower()])
    return Fraction(_WORDS[found["word"].lower()]) if found["word"] else _KANJI[found["kanji"]]


def figure_text(value: Fraction) -> str:
    """Write a number that is not negative exactly, as `read_number` reads it: `2`, `3/4`, `1 1/2`."""
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return str(whole)
    part = f"{rest}/{value.denominator}"
    return f"{whole} {part}" if whole else part


def read_amount(text: str, start: int = 0) -> tuple[Amount, int] | None:
    """Return the figure or range (`2-3`, `1/2 to 3/4`, `6 or 8`) that begins at `start`, and where it ends."""
    first = read_number(text, start)
    if first is None:
        return None
    low, end = first
    joint = _TO.match(text, end)
    second = read_number(text, joint.end()) if joint else None
    if second is None or second[0] < low:
        return Amount.exactly(low), end
    return Amount(low, second[0]), second[1]
