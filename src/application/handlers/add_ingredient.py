"""AddIngredient: let recipe lines mean a further ingredient."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock, IdFactory
from domain.commands import AddIngredient
from domain.job import Reference
from domain.kept_ingredient import KeptIngredient, check_names


@dataclass(frozen=True, slots=True)
class AddIngredientHandler:
    """For whoever holds the scope: all share one catalogue. Records IngredientAdded."""

    clock: Clock
    ids: IdFactory

    async def handle(self, command: AddIngredient, context: Context) -> Reference:
        """Return the new ingredient's reference."""
        known = await context.transaction.catalogue.lock()
        check_names(command.ingredient, (kept.ingredient for kept in known.values()))
        owner = context.origin.principal.subject
        kept, added = KeptIngredient.add(self.ids.new(), owner, command.ingredient, self.clock.now())
        await context.transaction.catalogue.save(kept)
        await context.transaction.outbox.record(added)
        return Reference(resource="ingredient", id=kept.id)
