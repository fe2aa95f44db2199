"""ReviseCatalogue: replace the ingredient catalogue."""

from dataclasses import dataclass

from application.context import Context
from domain.commands import ReviseCatalogue


@dataclass(frozen=True, slots=True)
class ReviseCatalogueHandler:
    """Stores the table that came with Kondate; what follows from it is worked out anew by a rebuild."""

    async def handle(self, command: ReviseCatalogue, context: Context) -> None:
        """Replace it as a whole."""
        await context.transaction.catalogue.replace(command.ingredients)
