"""Which fault comes when: drawn from a seed, every kind in turn, so that no run leaves one out for long."""

from collections import defaultdict
from collections.abc import Sequence
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
    target: str
    """What it strikes: faults of one target come one after the other, those of different targets may overlap."""
    shortest: float = 0
    longest: float = 0
    settles_in_seconds: float = 5
    recovers_in_seconds: float = 1
    """What its target gets before the next fault."""


def plan(kinds: Sequence[Kind], *, seconds: float, every_seconds: float, random: Random) -> list[Planned]:
    """Return faults for `seconds` of load, one each `every_seconds` on average.

    Kinds are dealt in shuffled decks; one whose target is busy comes as soon as that is free.
    """
    planned: list[Planned] = []
    dealt: list[Kind] = []
    free_at: dict[str, float] = defaultdict(float)
    at = random.uniform(0.5, 1.5) * every_seconds
    while at < seconds:
        if len(dealt) <= len(kinds):
            dealt += random.sample(kinds, len(kinds))
        fits = (kind for kind in dealt if free_at[kind.target] <= at and at + kind.settles_in_seconds <= seconds)
        kind = next(fits, None)
        if kind is not None:
            dealt.remove(kind)
            lasts = random.uniform(kind.shortest, kind.longest)
            planned.append(Planned(at, kind.name, lasts))
            free_at[kind.target] = at + lasts + kind.recovers_in_seconds
        at += random.uniform(0.3, 1.7) * every_seconds
    return planned
