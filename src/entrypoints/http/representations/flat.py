"""A report's rows as a table: nested members become columns, named by their path."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Return every path that a row has, in the order of their first appearance."""
    return list(dict.fromkeys(path for row in rows for path, _ in _leaves(row, "")))


def flat(row: Row) -> dict[str, Any]:
    """Return a row's values by path, such as `nutrients.energy_kcal.p50`."""
    return dict(_leaves(row, ""))


def text_of(value: object) -> str:
    """Return a value as a cell shows it; what is unknown is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "; ".join(text_of(item) for item in value)
        case dict():
            return "; ".join(f"{name}: {text_of(item)}" for name, item in value.items())
        case _:
            return str(value)


def batches(rows: Sequence[Row], size: int = 200) -> Iterator[Sequence[Row]]:
    """Yield the rows in parts, so that a long answer goes out while the rest is made."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    else:
        yield path, value
