"""A report's rows as CSV (RFC 4180): one header line, CRLF, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from entrypoints.http.representations.flat import batches, columns_of, flat, text_of

# What begins a formula in some spreadsheet, full-width signs and leading white space included (OWASP, CSV injection).
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_parts(report: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the header and the rows."""
    rows = report["rows"]
    columns = columns_of(rows)
    yield _encoded([[safe(column) for column in columns]])
    for batch in batches(rows):
        yield _encoded([_cell(values.get(column)) for column in columns] for values in map(flat, batch))


def safe(text: str) -> str:
    """Return a text that every spreadsheet takes as a text: an apostrophe goes before what could be a formula."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(RUN_BY_SPREADSHEETS) else text


def _cell(value: object) -> str:
    return text_of(value) if isinstance(value, int | float) else safe(text_of(value))


def _encoded(lines: Any) -> bytes:  # noqa: ANN401 (an iterable of lists of cells)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()
