"""Several writes as one statement: where no answer is needed between them, no round trip is either."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    parts: list[str] = []
    answers = ["set_config('application_name', $1, true)"]
    values: list[object] = [label]
    for number, write in enumerate(writes):
        parts.append(f"write_{number} AS (\n{_renumbered(write.statement.text, len(values))})")
        values += write.values
        if write.is_fenced:
            answers.append(f"fence(EXISTS (SELECT FROM write_{number}))")
    name = " and ".join(write.statement.name for write in writes)
    return named(name, f"WITH {', '.join(parts)}\nSELECT {', '.join(answers)}"), values


def _renumbered(text: str, after: int) -> str:
    """Let the placeholders count on after those of the writes before."""
    return PLACEHOLDER.sub(lambda match: f"${int(match[1]) + after}", text)
