"""ReviseIngredient: say something else of an ingredient."""

from dataclasses import dataclass

from application.context import Context
from application.ports.clock import Clock
from domain.commands import ReviseIngredient
from domain.errors import IngredientNotFoundError
from domain.job import Reference
from domain.kept_ingredient import check_names


@dataclass(frozen=True, slots=True)
class ReviseIngredientHandler:
    """For its owner and editors; records IngredientRevised, whereupon recipes follow."""

    clock: Clock

    async def handle(self, command: ReviseIngredient, context: Context) -> Reference:
        """Return the ingredient's reference."""
        known = await context.transaction.catalogue.lock()
        kept = known.get(command.ingredient_id)
        if kept is None:
            raise IngredientNotFoundError("There is no such ingredient.")
        kept.check_change(context.origin.principal, command.expected_version)
        check_names(command.ingredient, (other.ingredient for other in known.values() if other is not kept))
        revised, event = kept.revise(command.ingredient, context.origin.principal, self.clock.now())
        await context.transaction.catalogue.save(revised)
        await context.transaction.outbox.record(event)
        return Reference(resource="ingredient", id=revised.id)
