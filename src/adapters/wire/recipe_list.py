"""A recipe as lists show it: enough to choose by."""

from uuid import UUID

import msgspec

from adapters.wire.recipe_document import YieldDocument


class RecipeItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The members of the whole document that a list has."""

    id: UUID
    version: int
    status: str
    owner: str
    name: str
    description: str | None = None
    recipe_yield: YieldDocument | None = msgspec.field(default=None, name="yield")
    category: str | None = None
    cuisine: str | None = None
    tags: tuple[str, ...] = ()
    prep_minutes: int | None = None
    cook_minutes: int | None = None
    language: str | None = None
    created_at: str
    updated_at: str


def recipe_item(document: bytes) -> bytes:
    """Return the list's form of a recipe's public JSON."""
    return msgspec.json.encode(msgspec.json.decode(document, type=RecipeItem))
