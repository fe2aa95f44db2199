"""How the delay before a restart grows and starts over."""

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.local.backoff import LONGEST_ONCE_READY_SECONDS, LONGEST_SECONDS, SETTLED_SECONDS, Backoff


def test_delays_of_a_child_that_does_not_come_up_double_up_to_five_seconds() -> None:
    backoff = Backoff()
    delays = [backoff.delay_seconds(alive_seconds=0.1, was_ready=False) for _ in range(7)]
    assert delays == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_child_that_comes_up_is_waited_for_a_second_at_most() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.delay_seconds(alive_seconds=0.1, was_ready=False)
    delays = [backoff.delay_seconds(alive_seconds=2, was_ready=True) for _ in range(3)]
    assert delays == [LONGEST_ONCE_READY_SECONDS] * 3


def test_a_child_that_settled_starts_over() -> None:
    backoff = Backoff()
    for _ in range(4):
        backoff.delay_seconds(alive_seconds=1, was_ready=False)
    assert backoff.delay_seconds(alive_seconds=SETTLED_SECONDS, was_ready=True) == 0.25
    assert backoff.delay_seconds(alive_seconds=1, was_ready=True) == 0.5


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=100), st.booleans())))
def test_no_history_makes_anyone_wait_longer_than_the_cap(lives: list[tuple[float, bool]]) -> None:
    backoff = Backoff()
    delays = [backoff.delay_seconds(alive_seconds=life, was_ready=was_ready) for life, was_ready in lives]
    assert all(0.25 <= delay <= LONGEST_SECONDS for delay in delays)
