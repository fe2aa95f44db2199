"""Reads the measure at a place in an English line: `2 cups`, `1 (400 g) can`, `1 lb 2 oz`, `150 g / 3/4 cup`."""

import re

from domain.line_reading import Measure, combined
from domain.numerals import read_amount
from domain.quantity import Amount
from domain.units import Unit, find_unit

_ABOUT = re.compile(
    r"\s*(?:(?:about|approximately|approx\.?|around|nearly|scant|from|up to|at least)\b\s*)*", re.IGNORECASE
)
_LOADED = re.compile(
    r"[\s-]*(?:(?:heaping|heaped|level|rounded|scant|generous|good|packed|full|large|small|medium|medium-sized|thin|thick)\s+)?"
    r"(?P<unit>fl(?:uid|\.)?\s?(?:ounces?|oz)|[A-Za-z]+)(?![A-Za-z])\.?",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\s*\((?P<inside>[^()]*)\)")
_TIMES = re.compile(r"\s*(?:x\s*)?(?=[0-9])", re.IGNORECASE)
_LENGTH = re.compile(r"[\s-]*(?:square\s+)?(?:inch(?:es)?\b|in\.|cm\b|centimet|cents?\b)", re.IGNORECASE)
_EACH = re.compile(r"\beach\b|\bapiece\b", re.IGNORECASE)
_ALSO = re.compile(r"\s*(?:/|=|\()\s*")
_PLUS = re.compile(r"\s*(?:\+|plus|and|&|,)?\s*(?=[0-9])", re.IGNORECASE)
_TO_UNIT = re.compile(r"\s*(?:-|\bto\b)\s*", re.IGNORECASE)


def read_measure(text: str, start: int = 0) -> tuple[Measure, int] | None:
    """Return the measure that begins at `start` and where it ends, or None where no number or only a length stands."""
    at = _end(_ABOUT, text, start)
    found = read_amount(text, at)
    if found is None:
        return None
    amount, end = found
    if _LENGTH.match(text, end):
        return None
    packed = _read_pack(text, amount, end)
    if packed is not None:
        return packed
    unit, end = _read_unit(text, end)
    return _joined(text, *_ranged(text, Measure(amount, unit), end))


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _read_unit(text: str, at: int) -> tuple[Unit | None, int]:
    found = _LOADED.match(text, at)
    if found is None:
        return None, at
    word = found["unit"]
    unit = find_unit("fluid ounce" if word[:2].lower() == "fl" and word[-1] in "zesZES" else word)
    return (unit, found.end()) if unit else (None, at)


def _read_pack(text: str, amount: Amount, at: int) -> tuple[Measure, int] | None:
    """Read `(400 g) can` or `14-ounce can` or `x 400 g` after the number of packs."""
    bracket = _BRACKET.match(text, at)
    if bracket:
        inside = read_measure(bracket["inside"])
        size, end = (inside[0], bracket.end()) if inside else (None, at)
    else:
        begin = _end(_TIMES, text, at)
        inner = read_amount(text, begin) if begin > at else None
        unit, end = _read_unit(text, inner[1]) if inner else (None, at)
        size = Measure(inner[0], unit) if inner and unit else None
    if size is None or size.is_count:
        return None
    pack, after = _read_unit(text, end)
    if pack is not None and Measure(amount, pack).is_count:
        end = after
    return combined(Measure(amount, pack), size, apiece=True), end


def _ranged(text: str, first: Measure, end: int) -> tuple[Measure, int]:
    """Read on where both ends of a range name the unit: `30 g to 70 g`."""
    joint = _TO_UNIT.match(text, end)
    found = read_amount(text, joint.end()) if joint and first.unit else None
    if found is None:
        return first, end
    unit, after = _read_unit(text, found[1])
    if unit != first.unit or found[0].low < first.amount.low:
        return first, end
    return Measure(Amount(first.amount.low, found[0].high), unit), after


def _joined(text: str, first: Measure, end: int) -> tuple[Measure, int]:
    """Read a second measure that adds to the first (`1 lb 2 oz`) or says it in other words (`/ 3/4 cup`)."""
    bracket = _BRACKET.match(text, end)
    if bracket:
        inside = read_measure(bracket["inside"])
        if inside is None:
            return first, end
        apiece = _EACH.search(bracket["inside"]) is not None
        return combined(first, inside[0], apiece=apiece), bracket.end()
    also = _ALSO.match(text, end)
    plus = None if also else _PLUS.match(text, end)
    joint = also or plus
    second = _second(text, joint.end()) if joint else None
    if second is None or second[0].is_count:
        return first, end
    if also:
        return combined(first, second[0], apiece=False), second[1]
    total = first.plus(second[0])
    return (total, second[1]) if total else (first, end)


def _second(text: str, at: int) -> tuple[Measure, int] | None:
    found = read_amount(text, _end(_ABOUT, text, at))
    if found is None:
        return None
    unit, end = _read_unit(text, found[1])
    return Measure(found[0], unit), end
