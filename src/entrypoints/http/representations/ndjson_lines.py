"""A report as lines of JSON: what it is, one line a row, and a checksum of all that came before."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from entrypoints.http.representations.flat import batches


def ndjson_parts(report: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the lines; a reader who does not find the last one, with the right sum, has not got everything."""
    digest = hashlib.sha256()
    head = {name: member for name, member in report.items() if name != "rows"}
    for part in (msgspec.json.encode(head) + b"\n", *map(_lines, batches(report["rows"]))):
        digest.update(part)
        yield part
    yield msgspec.json.encode({"rows": len(report["rows"]), "sha256": digest.hexdigest()}) + b"\n"


def _lines(rows: Any) -> bytes:  # noqa: ANN401 (rows as they were decoded)
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
