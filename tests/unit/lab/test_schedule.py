"""The plan of a run: repeatable, complete, and over in time."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.lab.schedule import Kind, Planned, plan

KINDS = [
    Kind(name=f"kind-{number}", target=f"target-{number % 4}", shortest=1, longest=2, settles_in_seconds=4 + number)
    for number in range(8)
]


def planned(seed: int, seconds: float = 300) -> list[Planned]:
    return plan(KINDS, seconds=seconds, every_seconds=1, random=Random(seed))  # noqa: S311 (a plan is no secret)


def test_the_same_seed_plans_the_same_faults() -> None:
    assert planned(7) == planned(7)
    assert planned(7) != planned(8)


@given(st.integers(), st.floats(min_value=1, max_value=120))
def test_every_fault_is_over_before_the_load_ends(seed: int, seconds: float) -> None:
    settles = {kind.name: kind.settles_in_seconds for kind in KINDS}
    for fault in planned(seed, seconds):
        assert fault.at + settles[fault.kind] <= seconds
        assert 1 <= fault.seconds <= 2


@given(st.integers())
def test_every_kind_has_its_turn(seed: int) -> None:
    times = Counter(fault.kind for fault in planned(seed))
    assert times.keys() == {kind.name for kind in KINDS}


@given(st.integers())
def test_faults_of_one_target_never_overlap(seed: int) -> None:
    targets = {kind.name: kind.target for kind in KINDS}
    over_at: dict[str, float] = {}
    for fault in planned(seed):
        target = targets[fault.kind]
        assert fault.at >= over_at.get(target, 0)
        over_at[target] = fault.at + fault.seconds


def test_no_kind_that_cannot_settle_in_time_is_planned() -> None:
    assert {fault.kind for fault in planned(1, seconds=6)} <= {"kind-0", "kind-1"}
