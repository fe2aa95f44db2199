"""AddPriceList: keep what ingredients cost."""

from dataclasses import dataclass

from application.context import Context
from application.known_ingredients import check_ingredients
from application.ports.clock import Clock, IdFactory
from application.ports.reads import CatalogueReads
from domain.commands import AddPriceList
from domain.job import Reference
from domain.price_list import PriceList


@dataclass(frozen=True, slots=True)
class AddPriceListHandler:
    """Stores the list under the caller's name; it is the caller's and editors' alone."""

    catalogue: CatalogueReads
    clock: Clock
    ids: IdFactory

    async def handle(self, command: AddPriceList, context: Context) -> Reference:
        """Return the new list's reference."""
        check_ingredients(command.content, (await self.catalogue.current()).catalogue)
        owner = context.origin.principal.subject
        price_list = PriceList.add(self.ids.new(), owner, command.content, self.clock.now())
        await context.transaction.price_lists.save(price_list)
        return Reference(resource="price-list", id=price_list.id)
