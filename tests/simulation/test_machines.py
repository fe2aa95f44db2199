"""The state machines notice the flaws that lie in their part."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from tests.simulation.flaws import FLAWS
from tests.support.machines.interleaved import IdempotentCommands, OutboxRelay
from tests.support.machines.job_lifecycle import JobLifecycle
from tests.support.machines.memory import InMemoryStorage
from tests.support.machines.running import run_machine
from tests.support.simulation.world import Parts

# What is found needs no shrinking here, and nothing to remember.
THOROUGH = settings(
    deadline=None, max_examples=3_000, stateful_step_count=40, phases=[Phase.generate], database=None, derandomize=True
)


def a_lifecycle(parts: Parts) -> RuleBasedStateMachine:
    return JobLifecycle(lambda: InMemoryStorage(parts))


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("machine", "flaw"),
    [
        (a_lifecycle, "no-fence"),
        (a_lifecycle, "state-only-fence"),
        (a_lifecycle, "finished-jobs-reclaimed"),
        (a_lifecycle, "lost-attempts-not-counted"),
        (IdempotentCommands, "unscoped-key"),
        (IdempotentCommands, "fingerprint-ignored"),
        (IdempotentCommands, "key-check-then-act"),
        (IdempotentCommands, "key-not-owned"),
        (IdempotentCommands, "key-before-effect"),
        (IdempotentCommands, "key-after-effect"),
        (OutboxRelay, "mark-before-send"),
        (OutboxRelay, "mark-all-on-partial-failure"),
        (OutboxRelay, "outbox-by-cursor"),
    ],
)
def test_machine_notices_the_flaw(machine: Callable[[Parts], RuleBasedStateMachine], flaw: str) -> None:
    with pytest.raises(AssertionError):
        run_machine(lambda: machine(FLAWS[flaw]), THOROUGH)
