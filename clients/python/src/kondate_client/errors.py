"""What a call can end in, beside its result."""

from kondate_client.models import Fault, JobState, Problem


class KondateError(Exception):
    """Everything that this package raises on purpose."""


class UnreachableError(KondateError):
    """The service did not answer, however often it was asked; the last cause is chained."""


class ProblemError(KondateError):
    """The service refused, and said why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        # What is wrong with each field says more than that something is, and may say the same.
        said = "; ".join(_named(fault) for fault in problem.errors) or problem.detail
        trace = f" (request {problem.request_id})" if problem.request_id else ""
        super().__init__(f"{problem.status} {problem.title}: {said}{trace}")
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable name of the problem's type, such as `recipe-not-found`."""
        return self.problem.type.rstrip("/").rpartition("/")[2]


class JobFailedError(ProblemError):
    """The job ended without an effect."""


class JobCancelledError(KondateError):
    """The job was stopped before its end; it has no effect."""


class NotFinishedError(KondateError):
    """The job is still at work when the caller's patience ends; it goes on, and can be waited for again."""

    def __init__(self, state: JobState) -> None:
        """Keep how far it has come."""
        super().__init__(f"job {state.job_id} is still {state.status}")
        self.state = state


def _named(fault: Fault) -> str:
    return f"{fault.pointer}: {fault.detail}" if fault.pointer else fault.detail
