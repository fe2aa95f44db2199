"""How the delay before a restart grows and starts over."""

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.local.backoff import LONGEST_SECONDS, SETTLED_SECONDS, Backoff


def test_delays_double_up_to_five_seconds() -> None:
    backoff = Backoff()
    delays = [backoff.delay_seconds(alive_seconds=0.1) for _ in range(7)]
    assert delays == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_child_that_settled_starts_over() -> None:
    backoff = Backoff()
    for _ in range(4):
        backoff.delay_seconds(alive_seconds=1)
    assert backoff.delay_seconds(alive_seconds=SETTLED_SECONDS) == 0.25
    assert backoff.delay_seconds(alive_seconds=1) == 0.5


@given(st.lists(st.floats(min_value=0, max_value=100)))
def test_no_history_makes_anyone_wait_longer_than_the_cap(lives: list[float]) -> None:
    backoff = Backoff()
    assert all(0.25 <= backoff.delay_seconds(alive_seconds=life) <= LONGEST_SECONDS for life in lives)
