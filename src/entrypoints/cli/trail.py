"""What each part wrote of one request into its log, as a person reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from entrypoints.local.data_folder import DataFolder

LOGS = ("gateway", "api-1", "api-2", "worker", "postgres")
DETAILS = ("route", "status", "handler", "outcome", "duration_ms")
STATEMENT = re.compile(
    r"\S+ (?P<time>\S+) UTC \[\d+\] app=.* LOG:  duration: (?P<ms>\S+) ms  "
    r"(?:execute \S+: -- (?P<name>.+)|statement: (?P<text>\w+))"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a log: when in the day (UTC), which part, what happened, and what more it says."""

    time: str
    part: str
    event: str
    details: str


def marks_of(folder: DataFolder, part: str, request_id: str) -> Iterator[Mark]:
    """Yield what one part has written of a request by now; of PostgreSQL's lines, those of statements that have run."""
    file = folder.log_file(part)
    if not file.exists():
        return
    for line in file.read_text("utf-8", errors="replace").splitlines():
        if request_id not in line:
            continue
        if (record := record_of(line)) is not None:
            yield _of_record(part, record)
        elif statement := STATEMENT.match(line):
            yield Mark(statement["time"], part, statement["name"] or statement["text"], f"{statement['ms']} ms")


def record_of(line: str) -> dict[str, Any] | None:
    """Return the fields of a line of JSON, None for any other."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def trail(folder: DataFolder, request_id: str) -> RenderableType:
    """Return a table of all that was written, in the order in which it happened."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    marks = [mark for part in LOGS for mark in marks_of(folder, part, request_id)]
    for mark in sorted(marks, key=lambda mark: mark.time):
        table.add_row(mark.time, mark.part, mark.event, mark.details)
    return table


def _of_record(part: str, record: Mapping[str, Any]) -> Mark:
    day, _, time = str(record["time"]).rstrip("Z").partition("T")
    known = {name: record[name] for name in DETAILS if record.get(name) not in (None, "")}
    took = known.pop("duration_ms", None)
    words = [str(value) for value in known.values()] + ([] if took is None else [f"{took:.1f} ms"])
    return Mark(time[:12] or day, part, str(record.get("event", record.get("message", ""))), " ".join(words))
