"""ReviseMenuPlan: write a menu plan anew."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from domain.commands import ReviseMenuPlan
from domain.errors import MenuPlanNotFoundError, StaleVersionError
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class ReviseMenuPlanHandler:
    """For its owner and editors; to others it does not exist."""

    clock: Clock

    async def handle(self, command: ReviseMenuPlan, context: Context) -> Reference:
        """Return the plan's reference."""
        plan = await context.transaction.menu_plans.lock(command.menu_plan_id)
        if plan is None or not context.origin.principal.may_edit(plan.owner):
            raise MenuPlanNotFoundError("There is no such menu plan.")
        if command.expected_version not in (None, plan.version):
            raise StaleVersionError("The menu plan has changed since.")
        await context.transaction.menu_plans.save(plan.revise(command.content, self.clock.now()))
        return Reference(resource="menu-plan", id=plan.id)
