"""The core against plain models, step by step, with everything that may come between two steps."""

from hypothesis import settings

from tests.support.machines.interleaved import IdempotentCommands, OutboxRelay
from tests.support.machines.job_lifecycle import JobLifecycle
from tests.support.machines.memory import InMemoryStorage
from tests.support.machines.running import run_machine
from tests.support.simulation.world import Parts

FAST = settings(deadline=None, max_examples=40, stateful_step_count=30, print_blob=True)
SOUND = Parts()


def test_jobs_live_as_the_model_says() -> None:
    run_machine(lambda: JobLifecycle(lambda: InMemoryStorage(SOUND)), FAST)


def test_one_key_has_one_effect_and_one_answer() -> None:
    run_machine(lambda: IdempotentCommands(SOUND), FAST)


def test_relays_send_all_that_was_committed_and_nothing_else() -> None:
    run_machine(lambda: OutboxRelay(SOUND), FAST)
