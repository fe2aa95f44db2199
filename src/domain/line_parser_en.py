"""The grammar of English ingredient lines, tuned on cook books of 1910 to 1925 and on today's web recipes."""

import re

from domain.line_reading import Certainty, Measure, Reading, combined
from domain.measure_reader import read_measure
from domain.quantity import Amount
from domain.units import Dimension, Unit, find_unit

_OPTIONAL = re.compile(r"\(?\boptional(?:ly)?\b\)?|\bif desired\b|\bif liked\b", re.IGNORECASE)
_TO_TASTE = re.compile(
    r"\b(?:or )?(?:to|for|as per) (?:your )?taste\b|\bas (?:needed|required|desired)\b", re.IGNORECASE
)
_TRACE = re.compile(
    r"(?:an?\s+)?(?:(?:few|slight|several)\s+)?"
    r"(?:grains?|gratings?|drops?|shavings?|bits?|speck|sprinkling|sprinkle|suspicion)"
    r"\s+(?:of\s+)?(?=\S)",
    re.IGNORECASE,
)
_BARE_SEASONING = re.compile(
    r"(?:(?:salt|(?:black |white |red |cayenne )?pepper|cayenne|paprika|celery salt|nutmeg)"
    r"(?:\s*(?:,|and|&|or)\s*|$))+",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?P<how>(?:finely |freshly )?(?:grated|shredded|beaten|strained)\s+)?"
    r"(?P<part>yolks?|whites?|juice|rind|zest|peel)"
    r"\s+(?:of\s+|from\s+)?(?:the\s+)?(?=[0-9.]|one|two|three|four|five|six|seven|eight|nine|ten|half|an?\b)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_PREPARED = re.compile(
    r",|;|:|\s-\s|\s(?<!ly\s)(?=(?:cut|dissolved|stuck|mixed|for|to|with|in|into|from|until|if|at|on|weighing|plus"
    r"|divided|which|when)\b)",
    re.IGNORECASE,
)
_ONLY_PREPARED = re.compile(r"\s*(?:\w+(?:ed|ly)\b\s*)+", re.IGNORECASE)
_LEAD = re.compile(r"[\s,.;:/+*-]*(?:(?:each|of|the)\b[\s,]*)*", re.IGNORECASE)
_NUMBER_INSIDE = re.compile(r"(?<![\w./,-])(?=[0-9.])")
_ONE_MORE = re.compile(r"\s*(?:plus|and|to|[&+-])\s*[0-9]", re.IGNORECASE)
_BULLET = re.compile(r"[\s•*·▢□☐-]+")


def read_english(text: str) -> Reading:
    """Take one line in compatibility form apart; what no rule fits is a name without an amount."""
    line = text[bullet.end() :] if (bullet := _BULLET.match(text)) else text
    line, optional = _without(_OPTIONAL, line)
    line, to_taste = _without(_TO_TASTE, line)
    for rule in (_measured, _part_of, _trace, _implied_one, _measured_inside):
        found = rule(line)
        if found is not None:
            measure, rest, certainty, traced = found
            break
    else:
        measure, rest, certainty, traced = None, line, Certainty.NAME_ONLY, False
    ingredient, preparation = _named(rest, measure)
    measure = _sized(measure, preparation)
    if measure is None and not traced and not to_taste and _BARE_SEASONING.fullmatch(ingredient):
        traced, certainty = True, Certainty.ASSUMED
    return Reading(
        measure=measure,
        ingredient=ingredient,
        preparation=preparation,
        optional=optional,
        to_taste=traced or to_taste,
        certainty=Certainty.COUNTED if to_taste and measure is None else certainty,
    )


def _sized(measure: Measure | None, preparation: str | None) -> Measure | None:
    """Use a weight that is told of what was counted: `1 fowl, 4 pounds`, `6 fillets (100 g each)`."""
    if measure is None or preparation is None or not measure.is_count:
        return measure
    for note in preparation.split(", "):
        found = read_measure(note.removeprefix("weighing "))
        if found and found[0].is_weight and note.lower()[found[1] :].strip() in {"", "each", "apiece"}:
            return combined(measure, found[0], apiece=note.lower().endswith(("each", "apiece")))
    return measure


_Found = tuple[Measure | None, str, Certainty, bool]


def _without(pattern: re.Pattern[str], line: str) -> tuple[str, bool]:
    shorter, times = pattern.subn(" ", line)
    return (shorter.strip(" ,;"), True) if times else (line, False)


def _measured(line: str) -> _Found | None:
    if line[:2].lower() == "a " and _TRACE.match(line):
        return None
    found = read_measure(line)
    if found is None:
        return None
    measure, end = found
    if _ONE_MORE.match(line, end):
        return None, line, Certainty.NAME_ONLY, False  # Half of an amount would be a wrong amount.
    certainty = Certainty.COUNTED if measure.unit is None else Certainty.PLAIN
    return measure, line[end:], certainty, False


def _part_of(line: str) -> _Found | None:
    """Read `Yolks 3 eggs` and `Grated rind of 1 lemon` as so many egg yolks, so much lemon rind."""
    part = _PART.match(line)
    found = read_measure(line, part.end()) if part else None
    if part is None or found is None or found[0].unit is not None:
        return None
    ingredient, preparation = _named(line[found[1] :], found[0])
    notes = ", ".join(note for note in ((part["how"] or "").strip().lower(), preparation) if note)
    rest = f"{ingredient} {part['part'].lower()}" + (f", {notes}" if notes else "")
    return found[0], rest, Certainty.COMPOSED, False


def _trace(line: str) -> _Found | None:
    trace = _TRACE.match(line)
    return (None, line[trace.end() :], Certainty.COUNTED, True) if trace else None


def _implied_one(line: str) -> _Found | None:
    """Read `Dash of pepper`, `Pinch salt` and `Sprig of parsley` as one of them."""
    first, _, rest = line.partition(" ")
    unit = find_unit(first) if rest else None
    if unit is None or not _stands_alone(unit, rest):
        return None
    return Measure(Amount.exactly(1), unit), rest, Certainty.COMPOSED, False


def _stands_alone(unit: Unit, rest: str) -> bool:
    return unit.name in {"pinch", "dash"} or (unit.dimension is not Dimension.MASS and rest.lower().startswith("of "))


def _measured_inside(line: str) -> _Found | None:
    """Read `butter, 2 tablespoons` and `Meat from 1 lb. pecans`: the amount stands later in the line."""
    for place in _NUMBER_INSIDE.finditer(line, 1):
        found = read_measure(line, place.start())
        if found is None:
            continue
        measure, end = found
        before, after = line[: place.start()].strip(" ,:;-("), line[end:].strip(" ,.;:-)")
        if measure.is_count and (measure.unit is None and after):
            continue
        if measure.is_count or not after:
            return measure, f"{before}, {after}" if after else before, Certainty.FOUND_INSIDE, False
        return measure, f"{after}, {before}", Certainty.FOUND_INSIDE, False
    return None


def _named(rest: str, measure: Measure | None) -> tuple[str, str | None]:
    """Split what follows the measure into the ingredient's text and what is done to it."""
    notes = [inside.strip() for inside in _BRACKETS.findall(rest) if inside.strip()]
    body = _BRACKETS.sub(" ", rest) if notes or "(" in rest else rest
    body = body[lead.end() :] if (lead := _LEAD.match(body)) else body
    cut = _PREPARED.search(body)
    name, tail = (body[: cut.start()], body[cut.end() :]) if cut else (body, "")
    if tail and _ONLY_PREPARED.fullmatch(name):
        done, (name, _, tail) = name, tail.partition(",")
        notes.append(done.strip())
    name = " ".join(name.split()).strip(" .,-")
    notes = [note for note in (tail.strip(" ,.;:-"), *notes) if note]
    if not name and measure is not None and measure.unit is not None and measure.is_count:
        name = measure.unit.name  # `4 cloves`: the word that could count something is the thing itself.
    return name, ", ".join(notes) or None
