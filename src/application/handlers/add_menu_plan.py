"""AddMenuPlan: keep which recipe is served when, and for how many."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from domain.commands import AddMenuPlan
from domain.job import Reference
from domain.menu_plan import MenuPlan


@dataclass(frozen=True, slots=True)
class AddMenuPlanHandler:
    """Stores the plan under the caller's name; it is the caller's and editors' alone."""

    clock: Clock
    ids: IdFactory

    async def handle(self, command: AddMenuPlan, context: Context) -> Reference:
        """Return the new plan's reference."""
        owner = context.origin.principal.subject
        plan = MenuPlan.add(self.ids.new(), owner, command.content, self.clock.now())
        await context.transaction.menu_plans.save(plan)
        return Reference(resource="menu-plan", id=plan.id)
