"""Which fault comes when: drawn from a seed, every kind in turn, so that no run leaves one out for long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault, `at` seconds after the start of the load, for `seconds` where it lasts."""

    at: float
    kind: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fault, how long one lasts, and how late in a run the last one may begin.

    `settles_in_seconds` is what its consequences need until the last one is over.
    """

    name: str
    shortest: float = 0
    longest: float = 0
    settles_in_seconds: float = 5


def plan(kinds: Sequence[Kind], *, seconds: float, every_seconds: float, random: Random) -> list[Planned]:
    """Return faults for `seconds` of load, one each `every_seconds` on average: every kind in turn, shuffled."""
    planned: list[Planned] = []
    dealt = _dealt([kind for kind in kinds if kind.settles_in_seconds < seconds], random)
    at = random.uniform(0.5, 1.5) * every_seconds
    while at < seconds:
        kind = _fitting(dealt, seconds - at, most=len(kinds))
        if kind is None:
            break
        planned.append(Planned(at, kind.name, random.uniform(kind.shortest, kind.longest)))
        at += random.uniform(0.3, 1.7) * every_seconds
    return planned


def _dealt(kinds: Sequence[Kind], random: Random) -> Iterator[Kind]:
    while kinds:
        deck = list(kinds)
        random.shuffle(deck)
        yield from deck


def _fitting(dealt: Iterator[Kind], left_seconds: float, *, most: int) -> Kind | None:
    """Take the next kind whose consequences are over before the end; None after looking at `most`."""
    for _, kind in zip(range(most), dealt, strict=False):
        if kind.settles_in_seconds <= left_seconds:
            return kind
    return None
