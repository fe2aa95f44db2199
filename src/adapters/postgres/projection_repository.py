"""What follows from recipes: their nutrition and allergens, any number of recipes in one statement."""

from collections.abc import Iterable, Sequence

from adapters.postgres.lazy_transaction import LazyTransaction
from adapters.postgres.statements import load
from adapters.wire.codec import encode
from application.ports.unit_of_work import ProjectionRepository
from domain.projection import RecipeProjection
from domain.search import free_facets

SAVE = load("save_projections")


class PostgresProjectionRepository:
    """The projection, kept per recipe."""

    def __init__(self, session: LazyTransaction) -> None:
        """Work inside the session's transaction."""
        self._session = session

    async def save(self, projections: Sequence[RecipeProjection]) -> None:
        """Keep each, unless a newer version was projected before."""
        await self._session.row(
            SAVE,
            [each.recipe_id for each in projections],
            [each.version for each in projections],
            [each.catalogue for each in projections],
            [encode(each.nutrition).decode() for each in projections],
            [_joined(each.allergens.eu.contained) for each in projections],
            [_joined(each.allergens.eu.possible) for each in projections],
            [_joined(each.allergens.eu.unknown) for each in projections],
            [_joined(each.allergens.jp.contained) for each in projections],
            [_joined(each.allergens.jp.possible) for each in projections],
            [_joined(each.allergens.jp.free) for each in projections],
            [_joined(free_facets(each.allergens)) for each in projections],
        )


def _joined(words: Iterable[str]) -> str:
    """Return a set as text, since an array of arrays would have to be rectangular."""
    return ",".join(sorted(words))


_: type[ProjectionRepository] = PostgresProjectionRepository
