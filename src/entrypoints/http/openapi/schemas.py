"""The schemas of what is sent and shown, made of the types that really read and write it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

Json = Any

REFERENCE = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Variants:
    """Which type a member is of, by the value of another member."""

    tag: str
    member: str
    types: Mapping[str, Any]


class Schemas:
    """Every schema of the document; one type has one schema, wherever it is used."""

    def __init__(self, types: Iterable[Any], documents: Mapping[str, type]) -> None:
        """Describe these types, and all that they are made of; a text stands for the document of that name."""
        self._documents = documents
        self._types = list(dict.fromkeys(self._resolved(each) for each in types))
        variants = [each.VARIANTS for each in self._types if hasattr(each, "VARIANTS")]
        shapes = [type_ for each in variants for type_ in each.types.values()]
        shown, self.components = msgspec.json.schema_components([*self._types, *shapes], ref_template=REFERENCE)
        self._shown: Mapping[Any, Json] = dict(zip([*self._types, *shapes], shown, strict=True))
        for each in self._types:
            if hasattr(each, "VARIANTS"):
                self._tell_apart(each, each.VARIANTS)

    def of(self, *types: Any) -> Json:  # noqa: ANN401 (any annotation)
        """Return the schema of a value that is of one of these types."""
        shown = [self._shown[self._resolved(each)] for each in types]
        return {**shown[0]} if len(shown) == 1 else {"anyOf": shown}

    def _resolved(self, named: Any) -> Any:  # noqa: ANN401 (any annotation)
        return self._documents[named] if isinstance(named, str) else named

    def _tell_apart(self, described: Any, variants: Variants) -> None:  # noqa: ANN401 (any annotation)
        """Write down what one member decides about another."""
        choices = []
        for tag, type_ in variants.types.items():
            is_needed = any(field.required for field in msgspec.structs.fields(type_))
            properties = {variants.tag: {"const": tag}, variants.member: self._shown[type_]}
            choices.append({"properties": properties, **({"required": [variants.member]} if is_needed else {})})
        self.components[self._shown[described]["$ref"].rpartition("/")[2]]["oneOf"] = choices


def members_of(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 (any annotation)
    """Return the members of a union, or the one type that it is."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def without_none(annotation: Any) -> Any:  # noqa: ANN401 (any annotation)
    """Return the type that a parameter has where it is given."""
    members = [member for member in members_of(annotation) if member is not NoneType]
    return members[0] if len(members) == 1 else annotation
