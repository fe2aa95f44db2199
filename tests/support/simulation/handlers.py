"""Handlers whose effect can be counted, and which misbehave in every way that work can."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.unit_of_work import UnitOfWork
from application.progress import Attempt
from domain.commands import AddRecipe, GenerateReport
from domain.errors import InvalidRecipeError, InvalidReportError
from domain.events import RecipeAdded
from domain.job import Job, Reference
from domain.report import RecipeSelection, Report, ReportKind
from tests.support.simulation.judge import Judge
from tests.support.simulation.loop import CURRENT, give_way

BEHAVIOURS = ("steady", "steady", "slow", "long", "endless", "flaky", "poison", "deadly", "refused", "hanging")


class HandlerFault(Exception):  # noqa: N818 (what a handler's own bug would raise)
    """The handler failed for no good reason."""


def a_report(report_id: UUID, name: str, at: datetime, *, job: UUID | None = None, attempt: int = 0) -> Report:
    """Return the counted effect: one row that knows what it is the effect of."""
    return Report(
        id=report_id,
        kind=ReportKind.NUTRITION_SUMMARY,
        owner="",
        parameters=RecipeSelection(tag=str(job) if job else None),
        snapshot=name,
        content={"attempt": attempt},
        created_at=at,
    )


def added(report: Report) -> RecipeAdded:
    """Return an event that somebody follows, and that tells of this effect."""
    return RecipeAdded(recipe_id=report.id, version=1, owner=report.owner, at=report.created_at)


@dataclass(frozen=True, slots=True)
class ReportingHandler:
    """The effect of a job; how it goes is the command's category."""

    judge: Judge
    random: Random
    clock: Clock
    ids: IdFactory
    unit_of_work: UnitOfWork

    async def handle(self, command: GenerateReport, context: Context) -> Reference:
        assert isinstance(context.progress, Attempt)
        job = context.progress.job
        with self.judge.runs(job, CURRENT.get()):
            return await self._work(command, context, context.progress.job)

    async def _work(self, command: GenerateReport, context: Context, job: Job) -> Reference:
        for done in range(self.random.randrange(3)):
            await context.progress.report(done, 3)
            await give_way()
        assert isinstance(command.parameters, RecipeSelection)
        await self._behave(command.parameters.category or "")
        report = a_report(self.ids.new(), f"job {job.id}", self.clock.now(), job=job.id, attempt=job.attempt)
        await self.keep(report, context)
        if self.random.random() < 0.3:
            await context.progress.report(3, 3)
        return Reference(resource="report", id=report.id)

    async def keep(self, report: Report, context: Context) -> None:
        """Store the effect."""
        await context.transaction.reports.add(report)
        await context.transaction.outbox.record(added(report))

    async def _behave(self, behaviour: str) -> None:
        chance = self.random.random()
        match behaviour:
            case "slow":
                await asyncio.sleep(20 * chance)
            case "long":
                await asyncio.sleep(150 * chance)
            case "endless":
                await asyncio.sleep(250 + 300 * chance)  # longer than the queue lets a message be held
            case "hanging" if chance < 0.2:
                await asyncio.sleep(100_000)
            case "flaky" if chance < 0.7:
                raise HandlerFault
            case "poison":
                raise HandlerFault
            case "refused":
                raise InvalidReportError("No.")
            case "deadly" if chance < 0.9:
                CURRENT.get().is_doomed = True
                await give_way()


@dataclass(frozen=True, slots=True)
class ReportOnceHandler:
    """The effect of a command that is carried out at once; whether it is allowed changes all the time."""

    random: Random
    clock: Clock
    ids: IdFactory

    async def handle(self, _command: AddRecipe, context: Context) -> Reference:
        await give_way()
        chance = self.random.random()
        if chance < 0.2:
            raise InvalidRecipeError("Not now.")
        if chance < 0.3:
            raise HandlerFault
        report = a_report(self.ids.new(), context.origin.request_id, self.clock.now())
        await context.transaction.reports.add(report)
        await context.transaction.outbox.record(added(report))
        return Reference(resource="report", id=report.id)


@dataclass(frozen=True, slots=True)
class FollowingHandler:
    """Notes that an event came."""

    judge: Judge

    async def handle(self, event: RecipeAdded, _context: Context) -> None:
        await give_way()
        self.judge.follows(event.recipe_id)


class UnusedHandler:
    """For commands that nobody sends here."""

    async def handle(self, message: object, context: Context) -> None:
        raise NotImplementedError
