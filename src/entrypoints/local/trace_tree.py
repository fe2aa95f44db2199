"""One trace as data, and as text that a terminal shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

NANOSECONDS_PER_MILLISECOND = 1_000_000


class SpanView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One span as it was received; `links` are span ids, and `status` is `unset`, `ok` or `error`."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    service: str
    name: str
    kind: str
    start_unix_nano: int
    duration_ms: float
    attributes: dict[str, object]
    links: list[str]
    status: str
    status_message: str = ""


def render_trace(spans: Sequence[SpanView]) -> str:
    """Return the spans of one trace as a tree, one a line: what, where, when it began, how long it took.

    Times are milliseconds; a start counts from the start of the whole. A span whose parent is
    not among the spans stands at the top.
    """
    if not spans:
        return "no spans\n"
    began = min(span.start_unix_nano for span in spans)
    rows = [(prefix + span.name, span) for prefix, span in _walk(spans)]
    widths = [max(len(column) for column in columns) for columns in zip(*map(_words, rows), strict=True)]
    lines = [f"trace {spans[0].trace_id}: {_count(len(spans), 'span')} of {_count(len(_services(spans)), 'service')}"]
    for row in rows:
        words = "  ".join(word.ljust(width) for word, width in zip(_words(row), widths, strict=True))
        offset = (row[1].start_unix_nano - began) / NANOSECONDS_PER_MILLISECOND
        failed = "  failed" if row[1].status == "error" else ""
        lines.append(f"{words}  {f'+{offset:.1f}':>9}  {row[1].duration_ms:8.1f} ms{failed}")
    return "\n".join(lines) + "\n"


def _words(row: tuple[str, SpanView]) -> tuple[str, str, str]:
    title, span = row
    return title, span.service, span.kind


def _services(spans: Sequence[SpanView]) -> set[str]:
    return {span.service for span in spans}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _walk(spans: Sequence[SpanView]) -> Iterator[tuple[str, SpanView]]:
    """Yield each span once with the drawing before its name, parents before children, in order of time.

    A loop of parents, which no honest sender makes, is entered at its earliest span.
    """
    ordered = sorted(spans, key=lambda span: (span.start_unix_nano, span.span_id))
    known = {span.span_id for span in ordered}
    children: defaultdict[str | None, list[SpanView]] = defaultdict(list)
    for span in ordered:
        children[span.parent_span_id if span.parent_span_id in known else None].append(span)
    seen: set[str] = set()
    for root in [*children[None], *ordered]:
        yield from _below(root, children, seen)


def _below(
    root: SpanView, children: Mapping[str | None, list[SpanView]], seen: set[str]
) -> Iterator[tuple[str, SpanView]]:
    waiting = [("", "", root)]
    while waiting:
        drawing, indent, span = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        yield drawing, span
        family = children.get(span.span_id, [])
        for child in reversed(family):
            last = child is family[-1]
            waiting.append((f"{indent}{'└─ ' if last else '├─ '}", f"{indent}{'   ' if last else '│  '}", child))
