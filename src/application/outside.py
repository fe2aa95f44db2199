"""Failures that are neither ours nor our caller's."""

from domain.job import Failure


class OutsideError(Exception):
    """Somebody outside did not do their part.

    It is tried again as a fault of ours would be, but no sooner than `not_before_seconds` from now; when the attempts
    are spent the job fails, and leaves no dead letter: no operator of ours could do anything about it.
    """

    def __init__(self, failure: Failure, *, not_before_seconds: float = 0) -> None:
        """Say what the job fails with in the end."""
        super().__init__(failure.detail)
        self.failure = failure
        self.not_before_seconds = not_before_seconds
