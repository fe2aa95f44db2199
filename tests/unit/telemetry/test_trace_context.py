"""W3C Trace Context, level 1 and what it says of the levels to come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telemetry.trace_context import NO_SPAN, NO_TRACE, TraceContext, parse_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.integers(min_value=1, max_value=16**digits - 1).map(lambda number: f"{number:0{digits}x}")


@given(hexadecimal(32), hexadecimal(16), st.booleans())
def test_what_is_written_is_read_back(trace_id: str, span_id: str, sampled: bool) -> None:  # noqa: FBT001 (hypothesis passes by position)
    context = TraceContext(trace_id, span_id, sampled)
    assert parse_traceparent(context.header()) == context


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"00-{NO_TRACE}-{SPAN}-01",
        f"00-{TRACE}-{NO_SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01\n",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-\u0660\u0661",
        f"cc-{TRACE}-{SPAN}-01.more",
    ],
)
def test_an_invalid_header_starts_anew(header: str | None) -> None:
    assert parse_traceparent(header) is None


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert parse_traceparent(text) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert parse_traceparent(f"cc-{TRACE}-{SPAN}-09-what-comes") == TraceContext(TRACE, SPAN, sampled=True)


def test_only_the_lowest_flag_says_sampled() -> None:
    assert parse_traceparent(f"00-{TRACE}-{SPAN}-02") == TraceContext(TRACE, SPAN, sampled=False)
