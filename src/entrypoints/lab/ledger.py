"""What was asked and answered, one JSON object a line: written before a request leaves, so that none is hidden."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from entrypoints.lab.history import Asked, Oddity, Outcome


@dataclass(slots=True)
class Ledger:
    """Appends; each line is in the file before the call returns."""

    file: TextIO
    _numbers: Iterator[int] = field(default_factory=count, init=False)

    def asks(self, caller: str, key: str, drill_id: str) -> int:
        """Note a request that is about to leave, and return its number."""
        number = next(self._numbers)
        self._write({"number": number, "caller": caller, "key": key, "drill_id": drill_id})
        return number

    def answered(self, number: int, outcome: Outcome, *, status: int, job_id: str = "", body: str = "") -> None:
        """Note what came of it."""
        self._write({"number": number, "outcome": outcome, "status": status, "job_id": job_id, "body": body})

    def odd(self, kind: str, what: str) -> None:
        """Note an answer that must not be."""
        self._write({"kind": kind, "what": what})

    def _write(self, line: dict[str, object]) -> None:
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


def read_ledger(path: Path) -> tuple[list[Asked], list[Oddity]]:
    """Return all requests, those without an answer as unknown, and all oddities."""
    asked: dict[int, dict[str, Any]] = {}
    oddities: list[Oddity] = []
    for text in path.read_text("utf-8").splitlines():
        line: dict[str, Any] = json.loads(text)
        if "kind" in line:
            oddities.append(Oddity(**line))
            continue
        number = line.pop("number")
        outcome = Outcome(line.pop("outcome", Outcome.UNKNOWN))
        asked[number] = {**asked.get(number, {}), **line, "outcome": outcome}
    return [Asked(**fields) for fields in asked.values()], oddities
