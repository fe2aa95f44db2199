"""What a run leaves behind: what was asked and answered, and what the tables and the dead-letter queue hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
HARMFUL = frozenset({"crash", "hang", "exhaust-memory"})
"""Drills that may well end because their worker was lost; any other was failed for what a neighbour did."""
STEPS = frozenset(
    {
        ("queued", "running", 1),
        ("running", "running", 1),
        ("running", "queued", 0),
        ("running", "succeeded", 0),
        *((before, after, 0) for before in ("queued", "running") for after in ("failed", "cancelled")),
    }
)
"""All that may happen to a job: its state before and after, and how many attempts that begins."""
REFUSALS = frozenset({"job-cancelled", "drill-refused", "deadline-exceeded"})
"""Reasons of a failed job that no dead letter tells of: trying again could not have helped."""


class Outcome(StrEnum):
    """What a client knows after a request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a drill, with its answer; a request that is tried again is asked again."""

    caller: str
    key: str
    drill_id: str
    outcome: Outcome
    status: int = 0
    job_id: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """An answer that must not be: `kind` is one of the checker's words."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job at the end."""

    id: str
    owner: str
    drill_id: str
    status: str
    attempt: int
    request_id: str
    behaviour: str = "succeed"
    failure: str | None = None
    is_letter_due: bool = False
    """True for a poisoned job that ended after the queues were made for the last time: before, letters get lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One mark of a drill."""

    drill_id: str
    request_id: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of a job, as a trigger in the database itself saw it."""

    job_id: str
    before: str
    after: str
    attempts: int
    """By how much the attempt was counted up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All of it."""

    asked: Sequence[Asked] = ()
    oddities: Sequence[Oddity] = ()
    jobs: Sequence[JobRow] = ()
    effects: Sequence[EffectRow] = ()
    steps: Sequence[Step] = ()
    letters: Sequence[str] = ()
    """The job of each dead letter; empty where it names none."""
