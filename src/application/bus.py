"""The bus: runs a command's handler at once, keeps it as a job, or tells event handlers."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from application.context import Context, ProgressReporter, SilentProgress
from application.dispatch import EVENT_HANDLERS, USE_CASES, kind_of
from application.ports.clock import Clock, IdFactory
from application.ports.jobs import JobStore
from application.ports.telemetry import Telemetry
from application.ports.unit_of_work import Transaction, UnitOfWork
from domain.commands import Command
from domain.events import Event
from domain.job import Job, Origin, Reference


class Handler(Protocol):
    """Carries out one kind of command or event inside the caller's transaction."""

    async def handle(self, message: Any, context: Context, /) -> Reference | None:  # noqa: ANN401 (each handler names its own type; the table pairs them)
        """Do it; what it changes is committed by whoever opened the transaction."""


class MissingHandlerError(Exception):
    """The table names a handler that the container does not provide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """The same handler instances serve every door.

    `handlers` maps each handler type that the dispatch table names to its one instance.
    """

    handlers: Mapping[type, Handler]
    unit_of_work: UnitOfWork
    jobs: JobStore
    clock: Clock
    ids: IdFactory
    telemetry: Telemetry

    def __post_init__(self) -> None:
        """Refuse to start with a table row that nothing could carry out."""
        named = {case.handler for case in USE_CASES.values()}.union(*EVENT_HANDLERS.values())
        missing = named - self.handlers.keys()
        if missing:
            raise MissingHandlerError(", ".join(sorted(handler.__name__ for handler in missing)))

    async def execute(self, command: Command, origin: Origin) -> Reference | None:
        """Run the command now, in a transaction of its own, and return what it brought about."""
        use_case = USE_CASES[type(command)]
        origin.principal.require_scope(use_case.scope)
        async with asyncio.timeout(use_case.timeout_seconds), self.unit_of_work.begin(origin) as transaction:
            return await self.run(command, origin, transaction, SilentProgress())

    async def defer(self, command: Command, origin: Origin) -> Job:
        """Keep the command as a job; once this returns, it will be carried out exactly once."""
        use_case = USE_CASES[type(command)]
        origin.principal.require_scope(use_case.scope)
        job = Job(
            id=self.ids.new(),
            command=command,
            kind=kind_of(type(command)),
            origin=origin,
            max_attempts=use_case.max_attempts,
            created_at=self.clock.now(),
        )
        await self.jobs.accept(job)
        self.telemetry.event("job.accepted", {"job_id": str(job.id), "kind": job.kind})
        return job

    async def run(
        self, command: Command, origin: Origin, transaction: Transaction, progress: ProgressReporter
    ) -> Reference | None:
        """Carry out the command in a transaction that the caller opened and will end."""
        handler = self.handlers[USE_CASES[type(command)].handler]
        with self.telemetry.observe(kind_of(type(command)), {}):
            return await handler.handle(command, Context(origin=origin, transaction=transaction, progress=progress))

    async def tell(self, event: Event, origin: Origin) -> None:
        """Give an event to each of its handlers, each in a transaction of its own."""
        for handler_type in EVENT_HANDLERS.get(type(event), ()):
            with self.telemetry.observe(kind_of(handler_type), {"event_kind": kind_of(type(event))}):
                async with self.unit_of_work.begin(origin) as transaction:
                    context = Context(origin=origin, transaction=transaction, progress=SilentProgress())
                    await self.handlers[handler_type].handle(event, context)


def by_type(handlers: Iterable[Handler]) -> Mapping[type, Handler]:
    """Return the handlers keyed by their own type, as the bus looks them up."""
    return {type(handler): handler for handler in handlers}
