"""The bus: runs a command's handler at once, keeps it as a job, or tells event handlers."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from application.context import Context, ProgressReporter, SilentProgress
from application.dispatch import EVENT_HANDLERS, USE_CASES, handler_types, kind_of
from application.new_job import new_job
from application.ports.clock import Clock, IdFactory
from application.ports.idempotency import AnsweredOtherwiseError, IdempotencyKey, Outcome
from application.ports.jobs import Acceptance, JobStore
from application.ports.telemetry import Telemetry
from application.ports.unit_of_work import Transaction, UnitOfWork
from domain.commands import Command
from domain.errors import (
    DomainError,
    ErrorKind,
    IdempotencyMismatchError,
    KeptRefusalError,
    RequestInProgressError,
)
from domain.events import Event
from domain.job import Failure, Origin, Reference


class Handler(Protocol):
    """Carries out one kind of command or event inside the caller's transaction."""

    async def handle(self, message: Any, context: Context, /) -> Reference | None:  # noqa: ANN401 (each handler names its own type; the table pairs them)
        """Do it; what it changes is committed by whoever opened the transaction."""


class MissingHandlerError(Exception):
    """The table names a handler that the container does not provide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What a command brought about; `is_replay` when an earlier request with the same key had done it."""

    reference: Reference | None
    is_replay: bool = False


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
        missing = handler_types() - self.handlers.keys()
        if missing:
            raise MissingHandlerError(", ".join(sorted(handler.__name__ for handler in missing)))

    async def execute(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Execution:
        """Run the command now, in a transaction of its own.

        With a key, the effect and the record of the key commit together; the same request again is answered from
        the record, refusals of the domain included. Raises AnsweredOtherwiseError where the first one became a job.
        """
        _authorize(command, origin)
        try:
            async with (
                asyncio.timeout(USE_CASES[type(command)].timeout_seconds),
                self.unit_of_work.begin(origin) as transaction,
            ):
                if key is not None and (earlier := await transaction.idempotency.claim(key)) is not None:
                    return replayed(earlier)
                reference = await self.run(command, origin, transaction, SilentProgress())
                if key is not None:
                    await transaction.idempotency.keep(key, Outcome(reference=reference))
                return Execution(reference=reference)
        except (KeptRefusalError, IdempotencyMismatchError, RequestInProgressError):
            raise
        except DomainError as error:
            # Who may do something can change at any time: such a refusal is never kept.
            if key is None or error.kind is ErrorKind.FORBIDDEN:
                raise
            if (earlier := await self._keep_refusal(error, origin, key)) is not None:
                return replayed(earlier)
            raise

    async def defer(self, command: Command, origin: Origin, key: IdempotencyKey | None = None) -> Acceptance:
        """Keep the command as a job; once this returns, it will be carried out exactly once."""
        _authorize(command, origin)
        job = new_job(command, origin, self.ids.new(), self.clock.now())
        acceptance = await self.jobs.accept(job, key)
        self.telemetry.event(
            "job.accepted",
            {"job_id": str(acceptance.job.id), "kind": job.kind, "is_replay": acceptance.is_replay},
        )
        return acceptance

    async def run(
        self,
        command: Command,
        origin: Origin,
        transaction: Transaction,
        progress: ProgressReporter,
        attempt: int = 0,
    ) -> Reference | None:
        """Carry out the command in a transaction that the caller opened and will end."""
        _authorize(command, origin)
        handler = self.handlers[USE_CASES[type(command)].handler]
        with self.telemetry.observe(kind_of(type(command)), {}):
            context = Context(origin=origin, transaction=transaction, progress=progress, attempt=attempt)
            return await handler.handle(command, context)

    async def tell(self, event: Event, origin: Origin) -> None:
        """Give an event to each of its handlers, each in a transaction of its own."""
        for handler_type in EVENT_HANDLERS.get(type(event), ()):
            with self.telemetry.observe(kind_of(handler_type), {"event_kind": kind_of(type(event))}):
                async with self.unit_of_work.begin(origin) as transaction:
                    context = Context(origin=origin, transaction=transaction, progress=SilentProgress())
                    await self.handlers[handler_type].handle(event, context)

    async def _keep_refusal(self, error: DomainError, origin: Origin, key: IdempotencyKey) -> Outcome | None:
        """Keep it, unless the same request came to another end since this one gave up the key: then that holds."""
        refusal = Failure(code=error.code, detail=error.detail, pointer=error.pointer)
        async with self.unit_of_work.begin(origin) as transaction:
            earlier = await transaction.idempotency.claim(key)
            if earlier is None:
                await transaction.idempotency.keep(key, Outcome(refusal=refusal, refusal_kind=error.kind.value))
            return earlier


def by_type(handlers: Iterable[Handler]) -> Mapping[type, Handler]:
    """Return the handlers keyed by their own type, as the bus looks them up."""
    return {type(handler): handler for handler in handlers}


def _authorize(command: Command, origin: Origin) -> None:
    scope = USE_CASES[type(command)].scope
    if scope is not None:
        origin.principal.require_scope(scope)


def replayed(earlier: Outcome) -> Execution:
    """Answer from a record; raise KeptRefusalError for a refusal, AnsweredOtherwiseError for a job."""
    if earlier.job_id is not None:
        raise AnsweredOtherwiseError(earlier)
    if earlier.refusal is not None and earlier.refusal_kind is not None:
        refusal = earlier.refusal
        kind = ErrorKind(earlier.refusal_kind)
        raise KeptRefusalError(refusal.code, kind, refusal.detail, pointer=refusal.pointer)
    return Execution(reference=earlier.reference, is_replay=True)
