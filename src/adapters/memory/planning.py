"""Price lists and menu plans in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from adapters.memory.tables import Tables
from adapters.wire.menu_plan_document import menu_plan_document
from adapters.wire.price_list_document import price_list_document
from application.ports.reads import Document, PlanningReads
from application.ports.unit_of_work import MenuPlanRepository, PriceListRepository
from domain.job import Origin
from domain.menu_plan import MenuPlan
from domain.price_list import PriceList


@dataclass(frozen=True, slots=True)
class InMemoryPriceLists:
    """Price lists; nothing here waits, so nothing comes between a look and a change."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def lock(self, price_list_id: UUID) -> PriceList | None:
        """Return the list."""
        return self.tables.price_lists.get(price_list_id)

    async def save(self, price_list: PriceList) -> None:
        """Store the list."""
        self.changes.append(lambda: self.tables.price_lists.update({price_list.id: price_list}))


@dataclass(frozen=True, slots=True)
class InMemoryMenuPlans:
    """Menu plans."""

    tables: Tables
    changes: list[Callable[[], None]]

    async def lock(self, menu_plan_id: UUID) -> MenuPlan | None:
        """Return the plan."""
        return self.tables.menu_plans.get(menu_plan_id)

    async def save(self, plan: MenuPlan) -> None:
        """Store the plan."""
        self.changes.append(lambda: self.tables.menu_plans.update({plan.id: plan}))


class InMemoryPlanningReads:
    """Price lists and menu plans as they are shown."""

    def __init__(self, tables: Tables) -> None:
        """Take the tables."""
        self._tables = tables

    async def price_list(self, price_list_id: UUID, origin: Origin) -> Document | None:
        """Return the price list, to its owner and to editors."""
        found = self._tables.price_lists.get(price_list_id)
        if found is None or not origin.principal.may_edit(found.owner):
            return None
        return Document(price_list_document(found), str(found.version))

    async def menu_plan(self, menu_plan_id: UUID, origin: Origin) -> Document | None:
        """Return the menu plan, to its owner and to editors."""
        found = self._tables.menu_plans.get(menu_plan_id)
        if found is None or not origin.principal.may_edit(found.owner):
            return None
        return Document(menu_plan_document(found), str(found.version))


_price_lists: type[PriceListRepository] = InMemoryPriceLists
_menu_plans: type[MenuPlanRepository] = InMemoryMenuPlans
_reads: type[PlanningReads] = InMemoryPlanningReads
