"""Recipes as lines: schema.org/Recipe, one JSON object a line."""

import hashlib

from application.ports.imports import RecipeLine, RecipeLines
from domain.errors import UnreadableLineError
from entrypoints.exact_json import InexactJsonError, exact_json
from entrypoints.linked_recipe import linked_recipe
from entrypoints.schema_org import recipe_content, recipe_identifier, recipe_node, recipe_status

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SchemaOrgLines:
    """Reads what other programs write, and writes what this one reads back as it was."""

    def read(self, line: bytes) -> RecipeLine:
        """Return what a line holds; a line without an identifier is its own name."""
        line = line.removeprefix(BYTE_ORDER_MARK).strip()
        try:
            node = recipe_node(exact_json(line))
        except InexactJsonError as error:
            raise UnreadableLineError(f"The line {error}.") from error
        return RecipeLine(
            content=recipe_content(node),
            identifier=recipe_identifier(node) or hashlib.sha256(line).hexdigest(),
            status=recipe_status(node),
        )

    def written(self, document: bytes) -> bytes:
        """Return the line of a stored recipe."""
        return linked_recipe(document)


_: type[RecipeLines] = SchemaOrgLines
