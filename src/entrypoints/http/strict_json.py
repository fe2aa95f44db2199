"""JSON bodies read strictly: what is not exactly right is refused, with every fault named at once."""

from collections.abc import Iterator
from itertools import chain, islice
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from entrypoints.exact_json import InexactJsonError, exact_json
from entrypoints.http.faults import Fault, MalformedBodyError, UnsupportedMediaTypeError, ValidationFailedError

T = TypeVar("T")

MOST_FAULTS = 100
"""Named in one answer: it must not be larger than what it answers to, many times over."""


class StrictJson(AbstractDTO[T]):
    """Decodes a route's `data`: right media type, no duplicate members, no "5" for 5, no unknown members."""

    def decode_bytes(self, value: bytes) -> Any:  # noqa: ANN401 (the interface's own signature)
        """Return the body as the route's type; raise one of the errors of `faults`."""
        media_type, _ = self.asgi_connection.content_type  # type: ignore[attr-defined]
        if media_type != "application/json":
            raise UnsupportedMediaTypeError
        self.check_encoding()
        return read_json(value, self.model_type)

    def check_encoding(self) -> None:
        """Raise UnsupportedMediaTypeError for what is not plain UTF-8."""
        _, parameters = self.asgi_connection.content_type  # type: ignore[attr-defined]
        if parameters.get("charset", "utf-8").lower() != "utf-8" or "content-encoding" in self.asgi_connection.headers:
            raise UnsupportedMediaTypeError

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Iterator[DTOFieldDefinition]:  # type: ignore[override]
        """Yield nothing: the type is decoded as it stands, field by field renaming is not for this codec."""
        del model_type
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """Return False, for the same reason."""
        del field_definition
        return False

    @classmethod
    def create_for_field_definition(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,
        backend_cls: Any = None,  # noqa: ANN401 (unused)
    ) -> None:
        """Prepare nothing."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Reference | Schema:
        """Describe the type as it stands."""
        del handler_id
        return schema_creator.for_field_definition(field_definition)


def read_json(body: bytes, expected: type[T]) -> T:
    """Decode strictly; raise MalformedBodyError or ValidationFailedError."""
    return convert_json(parsed_json(body), expected, "")


def convert_json(value: object, expected: type[T], pointer: str) -> T:
    """Make the expected type of a part of a body, which `pointer` names; raise ValidationFailedError."""
    try:
        return msgspec.convert(value, expected, strict=True)
    except msgspec.ValidationError as error:
        faults = list(islice(_faults(value, expected, pointer), MOST_FAULTS))
        raise ValidationFailedError(faults or [Fault(pointer, str(error))]) from error


def parsed_json(body: bytes) -> object:
    """Return any JSON value; raise MalformedBodyError for what is not exactly right."""
    try:
        return exact_json(body)
    except InexactJsonError as error:
        raise MalformedBodyError(f"The body {error}.") from error


def _faults(value: object, expected: Any, pointer: str) -> Iterator[Fault]:  # noqa: ANN401 (any annotation)
    """Yield every fault, descending as far as value and type agree in shape."""
    found = False
    inner = _inner_faults(value, _shape(expected, value), pointer)
    for fault in chain(_length_faults(value, expected, pointer), inner):
        found = True
        yield fault
    if not found:
        try:
            msgspec.convert(value, expected, strict=True)
        except msgspec.ValidationError as error:
            yield Fault(pointer, str(error).partition(" - at ")[0])


def _shape(expected: Any, value: object) -> Any:  # noqa: ANN401 (any annotation)
    """Return the type without its bounds, and of a union the member that a JSON object would be."""
    if get_origin(expected) is Annotated:
        return _shape(get_args(expected)[0], value)
    if get_origin(expected) in (Union, UnionType) and value is not None:
        shapes = [_shape(member, value) for member in get_args(expected) if member is not NoneType]
        fitting = shapes if len(shapes) == 1 else [shape for shape in shapes if _is_of_shape(value, shape)]
        return fitting[0] if len(fitting) == 1 else expected
    return expected


def _is_of_shape(value: object, shape: Any) -> bool:  # noqa: ANN401 (any annotation)
    """Tell whether a value is looked into as this type: an object as a struct, an array as a tuple."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return isinstance(value, dict)
    return get_origin(shape) is tuple and isinstance(value, list)


def _length_faults(value: object, expected: Any, pointer: str) -> Iterator[Fault]:  # noqa: ANN401 (any annotation)
    """Yield that an array is too short or too long, whatever is wrong with its items."""
    if isinstance(value, list) and get_origin(expected) is Annotated and get_origin(get_args(expected)[0]) is tuple:
        bounds = [bound for bound in get_args(expected)[1:] if isinstance(bound, msgspec.Meta)]
        for bound in bounds:
            try:
                msgspec.convert(value, Annotated[list[Any], bound])
            except msgspec.ValidationError as error:
                yield Fault(pointer, str(error))


def _inner_faults(value: object, expected: Any, pointer: str) -> Iterator[Fault]:  # noqa: ANN401 (any annotation)
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct) and isinstance(value, dict):
        yield from _member_faults(value, expected, pointer)
    elif get_origin(expected) is dict and isinstance(value, dict):
        names, members = get_args(expected)
        yield from _entry_faults(value, names, members, pointer)
    elif get_origin(expected) is tuple and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, get_args(expected)[0], f"{pointer}/{number}")


def _entry_faults(value: dict[str, object], names: Any, members: Any, pointer: str) -> Iterator[Fault]:  # noqa: ANN401 (any annotation)
    for name, member in value.items():
        yield from _faults(name, names, f"{pointer}/{_escaped(name)}")
        yield from _faults(member, members, f"{pointer}/{_escaped(name)}")


def _member_faults(value: dict[str, object], expected: type[msgspec.Struct], pointer: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(expected)}
    for name in sorted(value.keys() - fields.keys()):
        yield Fault(f"{pointer}/{_escaped(name)}", "There is no such member.")
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{pointer}/{name}")
        elif field.required:
            yield Fault(f"{pointer}/{name}", "This member is required.")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
