"""What a handler is given beside its command."""

from dataclasses import dataclass
from typing import Protocol

from application.ports.unit_of_work import Transaction
from domain.job import Origin


class ProgressReporter(Protocol):
    """Shows how far the work has come, and is the point where work may be stopped."""

    async def report(self, done: int, total: int) -> None:
        """Show `done` of `total`; does nothing where nobody could watch."""


class SilentProgress:
    """The reporter of a synchronous call: its caller waits for the answer and sees nothing before."""

    async def report(self, done: int, total: int) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One execution: who asked, the open transaction, and where progress goes."""

    origin: Origin
    transaction: Transaction
    progress: ProgressReporter
    attempt: int = 0
    """Which attempt of its job this is; 0 where there is no job."""
