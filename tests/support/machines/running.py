"""Running a machine that takes arguments."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_machine(machine: Callable[[], RuleBasedStateMachine], chosen: settings) -> None:
    """Run it in many ways; raise what the first one that fails raises."""
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]  # a factory does as well as a class
