"""Recipes as bodies: our own JSON, or schema.org/Recipe as JSON-LD."""

from dataclasses import dataclass
from typing import Any, TypeVar

from domain.recipe import RecipeContent, RecipeStatus
from entrypoints.http.strict_json import StrictJson, parsed_json
from entrypoints.linked_recipe import MEDIA_TYPE
from entrypoints.schema_org import recipe_content, recipe_node, recipe_status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LinkedRecipe:
    """A recipe from JSON-LD, with the members that routes ask of one in our own form."""

    value: object

    @property
    def status(self) -> str:
        """A draft stays one, and what is archived elsewhere begins as one here."""
        is_published = recipe_status(recipe_node(self.value)) is RecipeStatus.PUBLISHED
        return "published" if is_published else "draft"

    def content(self) -> RecipeContent:
        """Return what the domain makes of it; raise InvalidRecipeError where a rule is broken."""
        return recipe_content(recipe_node(self.value))


class RecipeBody(StrictJson[T]):
    """Decodes either form by its media type."""

    OTHER_MEDIA_TYPES = (MEDIA_TYPE,)

    def decode_bytes(self, value: bytes) -> Any:  # noqa: ANN401 (the interface's own signature)
        """Return the body as the route's type, or as a LinkedRecipe; raise one of the errors of `faults`."""
        media_type, _ = self.asgi_connection.content_type  # type: ignore[attr-defined]
        if media_type != MEDIA_TYPE:
            return super().decode_bytes(value)
        self.check_encoding()
        return LinkedRecipe(parsed_json(value))
