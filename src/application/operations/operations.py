"""Everything that an operator can do, for the doors that operators come through."""

from dataclasses import dataclass

from application.operations.discard_dead_letters import DiscardDeadLetters
from application.operations.inspect_dead_letters import InspectDeadLetters
from application.operations.manage_jobs import ManageJobs
from application.operations.redrive_dead_letters import RedriveDeadLetters


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Each checks by itself that an operator asks."""

    inspect: InspectDeadLetters
    redrive: RedriveDeadLetters
    discard: DiscardDeadLetters
    jobs: ManageJobs
