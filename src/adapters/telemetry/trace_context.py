"""W3C Trace Context: the header that carries a trace from process to process."""

import re
from typing import NamedTuple

HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
FIRST_VERSION = "00"
NO_VERSION = "ff"
NO_TRACE = "0" * 32
NO_SPAN = "0" * 16
SAMPLED = 0x01


class TraceContext(NamedTuple):
    """A span somewhere in a trace; ids in lower-case hexadecimal."""

    trace_id: str
    span_id: str
    sampled: bool

    def header(self) -> str:
        """Return it as a traceparent of version 00."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def parse_traceparent(header: str | None) -> TraceContext | None:
    """Read a traceparent; None where the standard says to start anew.

    A version above 00 may hold more, and is read as far as version 00 goes.
    """
    match = HEADER.fullmatch(header) if header else None
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == NO_VERSION or (version == FIRST_VERSION and more is not None):
        return None
    if trace_id == NO_TRACE or span_id == NO_SPAN:
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & SAMPLED))
