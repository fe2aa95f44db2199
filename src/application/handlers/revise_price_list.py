"""RevisePriceList: write a price list anew."""

from dataclasses import dataclass

from application.context import Context
from application.known_ingredients import check_ingredients
from application.ports.clock import Clock
from application.ports.reads import CatalogueReads
from domain.commands import RevisePriceList
from domain.errors import PriceListNotFoundError, StaleVersionError
from domain.job import Reference


@dataclass(frozen=True, slots=True)
class RevisePriceListHandler:
    """For its owner and editors; to others it does not exist."""

    catalogue: CatalogueReads
    clock: Clock

    async def handle(self, command: RevisePriceList, context: Context) -> Reference:
        """Return the list's reference."""
        check_ingredients(command.content, (await self.catalogue.current()).catalogue)
        price_list = await context.transaction.price_lists.lock(command.price_list_id)
        if price_list is None or not context.origin.principal.may_edit(price_list.owner):
            raise PriceListNotFoundError("There is no such price list.")
        if command.expected_version not in (None, price_list.version):
            raise StaleVersionError("The price list has changed since.")
        await context.transaction.price_lists.save(price_list.revise(command.content, self.clock.now()))
        return Reference(resource="price-list", id=price_list.id)
