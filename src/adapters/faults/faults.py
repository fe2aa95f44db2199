"""What a fault run puts between the core and its adapters."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from adapters.faults.crash_points import (
    Application,
    CrashingAnswers,
    CrashingConsumer,
    CrashingJobStore,
    CrashingOutboxStore,
    CrashingPublisher,
    CrashingUnitOfWork,
    CrashPoints,
)
from adapters.faults.sabotage import (
    CarelessBoard,
    ForgetfulUpkeep,
    HastyJobStore,
    MistakenJobStore,
    Sabotage,
    TwoStepUnitOfWork,
    UnfencedUnitOfWork,
    everybodys,
    nobodys,
)
from application.ports.jobs import JobStore, JobUpkeep
from application.ports.outbox import OutboxStore
from application.ports.queue import MessageConsumer, MessagePublisher
from application.ports.unit_of_work import UnitOfWork
from application.progress import AttemptBoard


@dataclass(frozen=True, slots=True)
class Faults:
    """Wraps each port in the crash points and the sabotage that were asked for, or leaves it as it is."""

    points: CrashPoints | None
    broken: frozenset[Sabotage]

    @classmethod
    def chosen(cls, crash_folder: str | None, sabotage: Collection[str], service: str) -> Self:
        """Return what was asked for; raises ValueError for a sabotage that there is not."""
        points = None if crash_folder is None else CrashPoints(Path(crash_folder), service)
        return cls(points, frozenset(Sabotage(name) for name in sabotage))

    @property
    def are_any(self) -> bool:
        """Tell whether anything was asked for."""
        return self.points is not None or bool(self.broken)

    def unit_of_work(self, inner: UnitOfWork) -> UnitOfWork:
        """Wrap the unit of work."""
        if Sabotage.NO_FENCE in self.broken:
            inner = UnfencedUnitOfWork(inner)
        if Sabotage.EFFECT_APART in self.broken:
            inner = TwoStepUnitOfWork(inner)
        return inner if self.points is None else CrashingUnitOfWork(inner, self.points)

    def job_store(self, inner: JobStore) -> JobStore:
        """Wrap the job store."""
        if Sabotage.EARLY_ANSWER in self.broken:
            inner = HastyJobStore(inner)
        if Sabotage.UNSCOPED_KEY in self.broken:
            inner = MistakenJobStore(inner, everybodys)
        if Sabotage.NO_KEY in self.broken:
            inner = MistakenJobStore(inner, nobodys)
        return inner if self.points is None else CrashingJobStore(inner, self.points)

    def job_upkeep(self, inner: JobUpkeep) -> JobUpkeep:
        """Wrap the upkeep."""
        return ForgetfulUpkeep(inner) if Sabotage.NO_RECONCILER in self.broken else inner

    def board(self, inner: AttemptBoard) -> AttemptBoard:
        """Replace the board of running attempts."""
        return CarelessBoard(inner.jobs) if Sabotage.NO_FENCE in self.broken else inner

    def outbox_store(self, inner: OutboxStore) -> OutboxStore:
        """Wrap the relay's store."""
        return inner if self.points is None else CrashingOutboxStore(inner, self.points)

    def publisher(self, inner: MessagePublisher) -> MessagePublisher:
        """Wrap the sending side."""
        return inner if self.points is None else CrashingPublisher(inner, self.points)

    def answers(self, inner: Application) -> Application:
        """Wrap what serves HTTP."""
        return inner if self.points is None else CrashingAnswers(inner, self.points)

    def consumer(self, inner: MessageConsumer) -> MessageConsumer:
        """Wrap the receiving side."""
        return inner if self.points is None else CrashingConsumer(inner, self.points)
