"""A trace as a terminal shows it."""

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.local.trace_tree import NANOSECONDS_PER_MILLISECOND, SpanView, render_trace


def span(  # noqa: PLR0913 (a builder names what matters to a test)
    span_id: str,
    parent: str | None = None,
    *,
    service: str = "api",
    name: str = "work",
    kind: str = "internal",
    at: float = 0,
    lasting: float = 1,
    status: str = "unset",
) -> SpanView:
    return SpanView(
        trace_id="0af7651916cd43dd8448eb211c80319c",
        span_id=span_id,
        parent_span_id=parent,
        service=service,
        name=name,
        kind=kind,
        start_unix_nano=1_700_000_000_000_000_000 + round(at * NANOSECONDS_PER_MILLISECOND),
        duration_ms=lasting,
        attributes={},
        links=[],
        status=status,
    )


JOINED = """\
trace 0af7651916cd43dd8448eb211c80319c: 7 spans of 3 services
POST /generate-report           gateway  server         +0.0      12.3 ms
└─ POST /generate-report        api      server         +1.0      10.0 ms
   ├─ job_accept                api      client         +2.0       3.4 ms
   ├─ send kondate-commands     worker   producer      +15.5       4.0 ms
   └─ process kondate-commands  worker   consumer      +20.2     300.0 ms  failed
      ├─ job_claim              worker   client        +20.5       2.0 ms
      └─ generate-report        worker   internal      +23.0    1290.5 ms  failed
"""


def test_the_whole_path_reads_as_one_tree() -> None:
    spans = [
        span("7", "6", service="worker", name="generate-report", at=23, lasting=1290.5, status="error"),
        span("5", "2", service="worker", name="send kondate-commands", kind="producer", at=15.5, lasting=4),
        span(
            "6",
            "2",
            service="worker",
            name="process kondate-commands",
            kind="consumer",
            at=20.2,
            lasting=300,
            status="error",
        ),
        span("1", service="gateway", name="POST /generate-report", kind="server", lasting=12.3),
        span("2", "1", name="POST /generate-report", kind="server", at=1, lasting=10),
        span("3", "2", name="job_accept", kind="client", at=2, lasting=3.4),
        span("4", "6", service="worker", name="job_claim", kind="client", at=20.5, lasting=2),
    ]
    assert render_trace(spans) == JOINED


def test_a_span_whose_parent_is_not_there_stands_at_the_top() -> None:
    lines = render_trace([span("1", "elsewhere", name="alone"), span("2", "1", name="below", at=1)]).splitlines()
    assert lines[1].startswith("alone")
    assert lines[2].startswith("└─ below")


def test_no_spans_is_said() -> None:
    assert render_trace([]) == "no spans\n"


@given(
    st.lists(
        st.builds(span, st.sampled_from("abcdef"), st.none() | st.sampled_from("abcdefg"), at=st.integers(0, 9)),
        unique_by=lambda view: view.span_id,
        min_size=1,
    )
)
def test_every_span_is_shown_once_whatever_the_parents_say(spans: list[SpanView]) -> None:
    assert len(render_trace(spans).splitlines()) == 1 + len(spans)
