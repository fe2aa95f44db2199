"""Several writes as one statement: where no answer is needed between them, no round trip is either."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.postgres.statements import Statement, named

PLACEHOLDER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that changes rows, and needs no WITH for it; nobody waits for what it returns.

    Where it is fenced, nothing at all may be written unless it changes a row.
    """

    statement: Statement
    values: tuple[object, ...]
    is_fenced: bool = False


def at_once(writes: Sequence[Write], label: str) -> tuple[Statement, list[object]]:
    """Return one statement that makes all writes, or none, with its values; the database's log shows the label.

    They see the same snapshot and run in no particular order, so no two may change the same row.
    """
    statement = _joined(tuple((write.statement, len(write.values), write.is_fenced) for write in writes))
    return statement, [label, *(value for write in writes for value in write.values)]


@lru_cache(maxsize=256)
def _joined(writes: tuple[tuple[Statement, int, bool], ...]) -> Statement:
    """Join statements, each with the number of its values and whether it is fenced; there are a few dozen such rows."""
    parts: list[str] = []
    answers = ["set_config('application_name', $1, true)"]
    placeholders = 1
    for number, (statement, values, is_fenced) in enumerate(writes):
        parts.append(f"write_{number} AS (\n{_renumbered(statement.text, placeholders)})")
        placeholders += values
        if is_fenced:
            answers.append(f"fence(EXISTS (SELECT FROM write_{number}))")
    name = " and ".join(statement.name for statement, _, _ in writes)
    return named(name, f"WITH {', '.join(parts)}\nSELECT {', '.join(answers)}")


def _renumbered(text: str, after: int) -> str:
    """Let the placeholders count on after those of the writes before."""
    return PLACEHOLDER.sub(lambda match: f"${int(match[1]) + after}", text)
