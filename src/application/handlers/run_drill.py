"""RunDrill: behave as asked, then leave one mark that can be counted."""

import asyncio
from dataclasses import dataclass

from application.context import Context
from application.ports.drills import Trouble
from domain.commands import RunDrill
from domain.drill import DrillBehaviour
from domain.errors import DrillRefusedError


class DrillFailedError(Exception):
    """The drill was asked to fail."""


@dataclass(frozen=True, slots=True)
class RunDrillHandler:
    """For checks in operation, for benchmarks and for fault runs; harm is done only where `may_harm` says so."""

    trouble: Trouble
    may_harm: bool

    async def handle(self, command: RunDrill, context: Context) -> None:
        """Leave the mark in the transaction that ends the job."""
        if command.behaviour.is_harmful and not self.may_harm:
            raise DrillRefusedError(f"A drill may not {command.behaviour} here.", pointer="/behaviour")
        await self._behave(command)
        await context.progress.report(1, 1)
        await context.transaction.drills.record(command.drill_id, attempt=context.attempt)

    async def _behave(self, command: RunDrill) -> None:
        match command.behaviour:
            case DrillBehaviour.SUCCEED:
                await asyncio.sleep(command.seconds)
            case DrillBehaviour.BUSY:
                self.trouble.compute(command.seconds)
            case DrillBehaviour.FAIL:
                raise DrillFailedError(command.drill_id)
            case DrillBehaviour.HANG:
                await asyncio.Event().wait()
            case DrillBehaviour.CRASH:
                self.trouble.crash()
            case _:
                self.trouble.exhaust_memory()
