"""What of a contract cannot be changed without breaking somebody: each difference of two documents that does is named.

A schema is compared as input or as output. Who sends must go on being understood, so input may only be widened; who
reads must go on finding what was promised, so output may only be narrowed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any
METHODS = ("get", "head", "post", "put", "patch", "delete")
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
ALTERNATIVES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Side:
    """One document, and what its references lead to."""

    document: Json

    def of(self, value: Json) -> Json:
        """Return what a value refers to, or itself."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            value = found
        return value


@dataclass(frozen=True, slots=True)
class Schemas:
    """Compares schemas; `is_input` tells whether clients write or read them."""

    old: Side
    new: Side
    is_input: bool

    def breaks(self, old: Json, new: Json, where: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield each difference that breaks somebody."""
        key = f"{old.get('$ref')} {new.get('$ref')}"
        if "$ref" in old and key in seen:
            return
        seen |= {key}
        old, new = self.old.of(old), self.new.of(new)
        have_alternatives = {any(each in schema for each in ALTERNATIVES) for schema in (old, new)}
        if True in have_alternatives:
            yield from self._alternatives(old, new, where, seen)
        if len(have_alternatives) > 1:
            return
        yield from self._types(old, new, where)
        yield from self._values(old, new, where)
        if self.is_input:
            yield from _bounds(old, new, where)
        yield from self._members(old, new, where, seen)
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self.breaks(old[part], new[part], f"{where}/*", seen)
        for before, after in zip(old.get("allOf", []), new.get("allOf", []), strict=False):
            yield from self.breaks(before, after, where, seen)

    def _types(self, old: Json, new: Json, where: str) -> Iterator[str]:
        before, after = _types_of(old), _types_of(new)
        if self.is_input and after is not None and (before is None or not before <= after):
            yield f"{where} no longer takes every {_said(before)}: only {_said(after)}"
        if not self.is_input and before is not None and (after is None or not after <= before):
            yield f"{where} was {_said(before)}, and can be {_said(after)}"

    def _values(self, old: Json, new: Json, where: str) -> Iterator[str]:
        before, after = _values_of(old), _values_of(new)
        if before is not None and after is not None:
            yield from (f"{where} has the value {value!r} no longer" for value in before if value not in after)
            is_open = self.is_input or where.endswith("/type")
            yield from (f"{where} can have the new value {v!r}" for v in after if v not in before and not is_open)
        elif self.is_input and after is not None:
            yield f"{where} takes {', '.join(map(repr, after))} only"
        elif not self.is_input and before is not None:
            yield f"{where} was one of {', '.join(map(repr, before))}, and can be anything"

    def _members(self, old: Json, new: Json, where: str, seen: frozenset[str]) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(before.keys() - after.keys()):
            yield f"{where}/{name} is gone"
        if self.is_input:
            for name in sorted(needed_after - needed_before):
                yield f"{where}/{name} is required now"
            if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
                yield f"{where} no longer takes members that it does not know"
        else:
            for name in sorted((needed_before - needed_after) & after.keys()):
                yield f"{where}/{name} can be missing now"
        for name in sorted(before.keys() & after.keys()):
            yield from self.breaks(before[name], after[name], f"{where}/{name}", seen)

    def _alternatives(self, old: Json, new: Json, where: str, seen: frozenset[str]) -> Iterator[str]:
        """Whatever could be sent must be taken by some alternative, whatever can be read was one of them before."""
        before, after = _alternatives_of(old), _alternatives_of(new)
        kept, offered = (before, after) if self.is_input else (after, before)
        for each in kept:
            pairs = ((each, other) if self.is_input else (other, each) for other in offered)
            if not any(not list(self.breaks(a, b, where, seen)) for a, b in pairs):
                yield f"{where} has another form: {str(self.old.of(each))[:80]}"


def openapi_breaks(old: Json, new: Json) -> list[str]:
    """Return what clients of the old API would stumble over."""
    return list(dict.fromkeys(_OpenApi(Side(old), Side(new)).breaks()))


def asyncapi_breaks(old: Json, new: Json) -> list[str]:
    """Return what those who send or read messages by the old document would stumble over."""
    return list(dict.fromkeys(_asyncapi_breaks(Side(old), Side(new))))


@dataclass(frozen=True, slots=True)
class _OpenApi:
    old: Side
    new: Side

    def breaks(self) -> Iterator[str]:
        for path, item in self.old.document["paths"].items():
            if path not in self.new.document["paths"]:
                yield f"{path} is gone"
                continue
            for method in METHODS:
                if method in item:
                    after = self.new.document["paths"][path].get(method)
                    where = f"{method.upper()} {path}"
                    yield from [f"{where} is gone"] if after is None else self._operation(item[method], after, where)

    def _operation(self, old: Json, new: Json, where: str) -> Iterator[str]:
        yield from self._parameters(old, new, where)
        yield from self._body(old.get("requestBody"), new.get("requestBody"), where)
        yield from self._responses(old["responses"], new["responses"], where)
        before, after = old.get("security", []), new.get("security", [])
        if after and not before:
            yield f"{where} asks for a token now"
        for scope in sorted({each for asked in after for each in asked["token"]} if before else ()):
            if scope not in before[0]["token"]:
                yield f"{where} asks for {scope} now"

    def _parameters(self, old: Json, new: Json, where: str) -> Iterator[str]:
        before = {(each["in"], each["name"]): each for each in map(self.old.of, old.get("parameters", []))}
        after = {(each["in"], each["name"]): each for each in map(self.new.of, new.get("parameters", []))}
        for key, each in after.items():
            if each.get("required") and not before.get(key, {}).get("required"):
                yield f"{where}: {key[0]} {key[1]} is required now"
        for key, each in before.items():
            if key not in after:
                yield f"{where}: {key[0]} {key[1]} is gone"
            else:
                comparison = Schemas(self.old, self.new, is_input=True)
                yield from comparison.breaks(each["schema"], after[key]["schema"], f"{where}: {key[0]} {key[1]}")

    def _body(self, old: Json, new: Json, where: str) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield f"{where} needs a body now"
        if old is not None:
            yield from self._contents(old, new or {}, f"{where} takes", is_input=True)

    def _responses(self, old: Json, new: Json, where: str) -> Iterator[str]:
        for status, each in old.items():
            if status not in new:
                yield f"{where} answers {status} no longer"
                continue
            before, after = self.old.of(each), self.new.of(new[status])
            for name in before.get("headers", {}):
                if name not in after.get("headers", {}):
                    yield f"{where} {status}: the header {name} is gone"
            yield from self._contents(before, after, f"{where} {status}", is_input=False)

    def _contents(self, old: Json, new: Json, where: str, *, is_input: bool) -> Iterator[str]:
        comparison = Schemas(self.old, self.new, is_input=is_input)
        for media_type, each in old.get("content", {}).items():
            after = new.get("content", {}).get(media_type)
            if after is None:
                yield f"{where} {media_type} no longer"
            else:
                yield from comparison.breaks(each["schema"], after["schema"], where)


def _asyncapi_breaks(old: Side, new: Side) -> Iterator[str]:
    for name, channel in old.document["channels"].items():
        after = new.document["channels"].get(name)
        if after is None:
            yield f"the channel {name} is gone"
            continue
        if after["address"] != channel["address"]:
            yield f"the channel {name} is at {after['address']} now"
        yield from (
            f"{message} is gone from {name}" for message in channel["messages"].keys() - after["messages"].keys()
        )
    for name, operation in old.document["operations"].items():
        if name not in new.document["operations"]:
            yield f"the operation {name} is gone"
            continue
        comparison = Schemas(old, new, is_input=operation["action"] == "receive")
        for message in sorted(_messages_of(operation) & _messages_of(new.document["operations"][name])):
            before, after = (side.document["components"]["messages"][message] for side in (old, new))
            yield from comparison.breaks(before["payload"], after["payload"], message)


def _messages_of(operation: Json) -> set[str]:
    return {each["$ref"].rpartition("/")[2] for each in operation["messages"]}


def _bounds(old: Json, new: Json, where: str) -> Iterator[str]:
    rules: Mapping[str, Callable[[Any, Any], bool]] = {
        **dict.fromkeys(LOWER_BOUNDS, lambda before, after: after > before),
        **dict.fromkeys(UPPER_BOUNDS, lambda before, after: after < before),
        **dict.fromkeys(("pattern", "format"), lambda before, after: after != before),
    }
    for rule, is_tighter in rules.items():
        if rule in new and (rule not in old or is_tighter(old[rule], new[rule])):
            yield f"{where} is bounded more tightly: {rule} {new[rule]}"


def _types_of(schema: Json) -> set[str] | None:
    """Return the JSON types that a schema allows, None for any; a whole number is a number."""
    given = schema.get("type")
    if given is None:
        return None
    types = {given} if isinstance(given, str) else set(given)
    return types | {"integer"} if "number" in types else types


def _values_of(schema: Json) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _alternatives_of(schema: Json) -> list[Json]:
    return next((schema[each] for each in ALTERNATIVES if each in schema), [schema])


def _said(types: set[str] | None) -> str:
    return "value" if types is None else " or ".join(sorted(types))
