"""What becomes of a message is decided by a pure function."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.backoff import USUAL
from application.ports.unit_of_work import LeaseLostError, StorageUnavailableError
from application.verdict import Done, Leave, Reject, Retry, WorkerLostError, decide, failure_of
from domain.errors import InvalidReportError


def test_lost_lease_touches_nothing() -> None:
    assert decide(LeaseLostError(), attempt=1, max_attempts=5, chance=0.5) == Leave()


def test_refusal_of_the_domain_is_final_at_once() -> None:
    assert decide(InvalidReportError("no"), attempt=1, max_attempts=5, chance=0.5) == Done()


def test_last_attempt_ends_in_the_dead_letters() -> None:
    assert decide(RuntimeError(), attempt=5, max_attempts=5, chance=0.5) == Reject(reason="internal-error")


@given(attempt=st.integers(1, 60), chance=st.floats(0, 1, exclude_max=True))
def test_delay_grows_with_full_jitter_up_to_a_bound(attempt: int, chance: float) -> None:
    verdict = decide(StorageUnavailableError(), attempt=attempt, max_attempts=100, chance=chance)
    assert isinstance(verdict, Retry)
    assert 0 <= verdict.delay_seconds <= min(USUAL.longest_seconds, 2**attempt)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidReportError("no", pointer="/kind"), "invalid-report"),
        (TimeoutError(), "timeout"),
        (WorkerLostError(), "worker-lost"),
        (RuntimeError("password=hunter2"), "internal-error"),
    ],
)
def test_failure_names_a_stable_code_and_no_inner_detail(error: Exception, code: str) -> None:
    failure = failure_of(error)
    assert failure.code == code
    assert "hunter2" not in failure.detail
