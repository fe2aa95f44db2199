"""The grammar of Japanese ingredient lines: the name first, then the measure (`醤油 大さじ2`, `卵 2個`)."""

import re
from fractions import Fraction

from domain.line_reading import Certainty, Measure, Reading, combined
from domain.numerals import read_amount
from domain.quantity import Amount
from domain.units import find_unit, unit_words

_UNIT = "|".join(sorted((re.escape(word) for word in unit_words()), key=len, reverse=True))
_SPOONS = "大さじ|大匙|おおさじ|小さじ|小匙|こさじ|計量カップ|カップ"
_FIGURE = r"[0-9.][0-9./,]*|[一二三四五六七八九十半]"
_SPOONED = re.compile(rf"(?P<unit>{_SPOONS})\s*(?:に|で)?\s*(?:約)?(?={_FIGURE})")
_PLACE = re.compile(rf"(?<![0-9./,~と-])(?<!から)(?={_FIGURE})")
_COUNTER = re.compile(
    rf"\s*(?P<unit>{_UNIT})(?P<half>半)?(?:分|ほど|程度|くらい|ぐらい|弱|強)*(?=$|[\s、,/をの])", re.IGNORECASE
)
_HALF = re.compile(r"半分|1/2分")
_CUPS = re.compile(r"\s*杯")
_TO_TASTE = re.compile(r"少々|少量|少し|適量|適宜|お?好みで|お?好みの量|ひとつまみ|ひとつかみ|ふたつまみ|たっぷり")
_OPTIONAL = re.compile(r"適宜|お?好みで|あれば|なくても(?:可|よい|OK)|省略可")
_BRACKETS = re.compile(r"\s*[(\[【]([^()\[\]【】]*)[)\]】]")
_MARK = re.compile(r"^(?:[\s●○◎★☆◆◇■□▲△▼▽◯※・•*-]+|(?:[A-Da-d]|[①-⑳])(?=[\s.:、)]|[^\x00-\x7f]))*\s*")
_ABOUT = re.compile(r"(?:約|およそ|各)\s*$")
_LEADERS = " .・…‥:、,;-~/="


def read_japanese(text: str) -> Reading:
    """Take one line in compatibility form apart; what no rule fits is a name without an amount."""
    line = _MARK.sub("", text, count=1)
    notes = [note.strip() for note in _BRACKETS.findall(line) if note.strip()]
    body = _BRACKETS.sub(" ", line)
    to_taste = _TO_TASTE.search(line) is not None
    optional = _OPTIONAL.search(line) is not None
    found = _measure(body)
    inner = next((inside for note in notes if (inside := _measure(note)) and not inside[0].is_count), None)
    if found and inner:
        measure: Measure | None = combined(found[0], inner[0], apiece="各" in inner[1])
    else:
        measure = (found or inner or (None,))[0]
    before, after = found[1:] if found else (body, "")
    name, tail = _named(_OPTIONAL.sub(" ", _TO_TASTE.sub(" ", before)))
    if not name:
        name, after = after, ""
    preparation = "、".join(part for part in (tail, after, *notes) if part) or None
    certainty = _certainty(measure, to_taste=to_taste)
    return Reading(
        measure=measure,
        ingredient=name,
        preparation=preparation,
        optional=optional,
        to_taste=to_taste and measure is None,
        certainty=certainty,
    )


def _certainty(measure: Measure | None, *, to_taste: bool) -> Certainty:
    if measure is None:
        return Certainty.COUNTED if to_taste else Certainty.NAME_ONLY
    return Certainty.PLAIN if measure.unit else Certainty.COUNTED


def _measure(text: str) -> tuple[Measure, str, str] | None:
    """Return the measure in the text, and what stands before and after it."""
    half = _HALF.search(text)
    if half:
        return Measure(Amount.exactly(Fraction(1, 2)), None), text[: half.start()], text[half.end() :].strip(_LEADERS)
    return _spooned(text) or _counted(text)


def _spooned(text: str) -> tuple[Measure, str, str] | None:
    """Read `大さじ2と1/2杯`: the unit before its figure."""
    spoon = _SPOONED.search(text)
    found = read_amount(text, spoon.end()) if spoon else None
    if spoon is None or found is None:
        return None
    end = cups.end() if (cups := _CUPS.match(text, found[1])) else found[1]
    unit = find_unit(spoon["unit"].removeprefix("計量"))
    return Measure(found[0], unit), text[: spoon.start()], text[end:].strip(_LEADERS)


def _counted(text: str) -> tuple[Measure, str, str] | None:
    """Read `2個` or `200g`; the last one counts, since names hold figures too (`三つ葉 1束`)."""
    for place in reversed([place.start() for place in _PLACE.finditer(text)]):
        found = read_amount(text, place)
        if found is None:
            continue
        counter = _COUNTER.match(text, found[1])
        if counter:
            amount = found[0].plus(Amount.exactly(Fraction(1, 2))) if counter["half"] else found[0]
            return Measure(amount, find_unit(counter["unit"])), text[:place], text[counter.end() :].strip(_LEADERS)
        if place and not text[found[1] :].strip() and text[place] in "0123456789":
            return Measure(found[0], None), text[:place], ""
    return None


def _named(text: str) -> tuple[str, str]:
    """Split off what is done to the ingredient, where a comma or a wide gap says so."""
    name = _ABOUT.sub("", text.strip(_LEADERS)).strip(_LEADERS)
    for separator in ("、", ",", " "):
        first, _, rest = name.partition(separator)
        if first and rest:
            return first.strip(_LEADERS), rest.strip(_LEADERS)
    return name, ""
