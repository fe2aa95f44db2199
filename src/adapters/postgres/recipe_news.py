"""News of changed recipes, from whichever process changes one, and the assurance that none was missed."""

from typing import Protocol
from uuid import UUID

from adapters.postgres.listener import Subscription

NOTIFICATION = "kondate_recipes"


class RecipeFollower(Protocol):
    """Who keeps what it has read of recipes."""

    def forget(self, key: UUID) -> None:
        """Hear that one recipe has changed or is gone."""

    def forget_all(self) -> None:
        """Hear that any may have changed."""

    def trust_until(self, instant: float) -> None:
        """Hear that every change until now was told, and that this holds until a monotonic instant."""


def news_of_recipes(follower: RecipeFollower) -> Subscription:
    """Return what tells the follower of each change."""

    def hear(recipe_id: str) -> None:
        follower.forget(UUID(recipe_id)) if recipe_id else follower.forget_all()

    return Subscription(
        channel=NOTIFICATION, hear=hear, may_have_missed=follower.forget_all, trust_until=follower.trust_until
    )
