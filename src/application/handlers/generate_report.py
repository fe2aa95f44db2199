"""GenerateReport: read the selected recipes as of one instant, compute, keep the result."""

import asyncio
import hashlib
from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from application.ports.reads import RecipeCorpus
from domain.commands import GenerateReport
from domain.errors import InvalidReportError
from domain.job import Reference
from domain.principal import Principal
from domain.report import Needs, Report, fingerprint
from domain.reports.composition import Composition
from domain.reports.kinds import KINDS
from domain.reports.sources import Sources

CHUNK = 500
"""Recipes read at a time: memory stays flat, progress shows between chunks, and other jobs get their turn."""


@dataclass(frozen=True, slots=True)
class GenerateReportHandler:
    """Stores the report for the caller and records ReportGenerated.

    The same report over the same snapshot is not computed again: the caller's earlier one is the result.
    """

    corpus: RecipeCorpus
    clock: Clock
    ids: IdFactory

    async def handle(self, command: GenerateReport, context: Context) -> Reference:
        """Return the finished report's reference."""
        owner = context.origin.principal.subject
        async with self.corpus.snapshot(context.origin) as snapshot:
            sources = await snapshot.sources(command.parameters.needs())
            _check(sources, command.parameters.needs(), context.origin.principal)
            builder = KINDS[command.kind].builder(command.parameters, sources)
            selected = await snapshot.selected(builder.selection)
            parts = sorted(await snapshot.parts(builder.selection), key=lambda part: part.id)
            read = f"{sources.versions};{selected.versions};{parts!r}"
            name = f"sha256:{hashlib.sha256(read.encode()).hexdigest()}"
            earlier = await snapshot.report(fingerprint(command.kind, command.parameters, name), owner)
            if earlier is not None:
                return Reference(resource="report", id=earlier, is_reused=True)
            total, done = selected.count, 0
            await context.progress.report(done, total)
            composition = Composition(parts)
            async for chunk in snapshot.chunks(builder.selection, CHUNK):
                for recipe in chunk:
                    builder.add(composition.whole(recipe))
                done += len(chunk)
                await context.progress.report(done, total)
        findings = await asyncio.to_thread(builder.finish)
        report = Report(
            id=self.ids.new(),
            kind=command.kind,
            owner=owner,
            parameters=command.parameters,
            snapshot=name,
            content={"coverage": findings.coverage, "summary": findings.summary, "rows": findings.rows},
            created_at=self.clock.now(),
        )
        await context.transaction.reports.add(report)
        await context.transaction.outbox.record(report.generated())
        return Reference(resource="report", id=report.id)


def _check(sources: Sources, needs: Needs, principal: Principal) -> None:
    """Refuse a list or plan that is not there, or that the caller may not know of: both look the same."""
    for needed, found, member in (
        (needs.price_list_id, sources.price_list, "priceListId"),
        (needs.menu_plan_id, sources.menu_plan, "menuPlanId"),
    ):
        if needed is not None and (found is None or not principal.may_edit(found.owner)):
            raise InvalidReportError("There is none by this id.", pointer=f"/parameters/{member}")
