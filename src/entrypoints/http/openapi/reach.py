"""What code refers to, itself or through what it calls: read from the code, so that nobody writes it twice.

A route names the errors that it refuses with, the commands that it gives and the headers that it reads and sets, and a
handler the rules that it asks: the contract is made of that. Followed are our own functions, the methods of whatever is
given, injected or returned, as the annotations have it, and the checks of what is constructed.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any, get_args, get_origin, get_type_hints

FOLLOWED = ("entrypoints.", "application.", "domain.")
APART = frozenset({"application.bus", "application.admission", "application.dispatch"})
"""Every command goes through these alike; what that brings is said once, and not read for each route."""
CHECKS = ("__post_init__", "__init__", "__call__")


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """The classes and functions that are referred to, and every text constant, header names among them."""

    objects: frozenset[Any]
    texts: frozenset[str]

    def classes(self, base: type) -> list[type[Any]]:
        """Return the classes of one kind that are named, in an order that does not change."""
        found = (each for each in self.objects if isinstance(each, type) and issubclass(each, base))
        return sorted(found, key=lambda each: each.__qualname__)


def reach_of(function: Callable[..., Any], *owners: type, beside: frozenset[type] = frozenset()) -> Reach:
    """Read a function, or a method of an owner; classes `beside` are not looked into."""
    reader = _Reader(beside)
    reader.read(function, frozenset(owners))
    return Reach(frozenset(reader.objects), frozenset(reader.texts))


class _Reader:
    def __init__(self, beside: frozenset[type]) -> None:
        self.objects: set[Any] = set()
        self.texts: set[str] = set()
        self._beside = beside
        self._seen: set[tuple[Any, frozenset[type]]] = set()

    def read(self, member: Any, owners: frozenset[type]) -> None:  # noqa: ANN401 (whatever a class has)
        """Read a function, or a method of instances of `owners`."""
        function = _function_of(member)
        if function is None or (function, owners) in self._seen:
            return
        self._seen.add((function, owners))
        names: set[str] = set()
        for code in _codes(function.__code__):
            names |= {*code.co_names}
            self.texts |= {text for constant in code.co_consts for text in _texts(constant)}
        at_hand = {*owners, *_classes_of(function, "parameters")}
        for name in sorted(names & function.__globals__.keys()):
            at_hand |= self._refer(function.__globals__[name])
        looked_at: set[type] = set()
        while at_hand - looked_at:
            owner = min(at_hand - looked_at, key=lambda each: (each.__module__, each.__qualname__))
            looked_at.add(owner)
            at_hand |= self._look_into(owner, names)

    def _refer(self, value: Any) -> set[type]:  # noqa: ANN401 (any global)
        """Take a global up; return the classes whose instances it brings to hand."""
        if isinstance(value, type):
            self.objects.add(value)
            for check in CHECKS:
                if _is_followed(value) and check in vars(value):
                    self.read(vars(value)[check], frozenset({value}))
            return {value}
        if isinstance(value, FunctionType):
            self.objects.add(value)
            if not _is_followed(value):
                return set()
            self.read(value, frozenset())
            return _classes_of(value, "return")
        if not callable(value):
            self.texts.update(_texts(value))
        return set()

    def _look_into(self, owner: type, names: set[str]) -> set[type]:
        """Read the methods that are called of an instance; return the classes of its parts and answers."""
        found: set[type] = set()
        if not _is_followed(owner) or owner in self._beside:
            return found
        for base in owner.__mro__:
            for name in sorted(names & vars(base).keys()):
                self.read(vars(base)[name], frozenset({owner}))
                found |= _classes_of(_function_of(vars(base)[name]), "return")
        for name, part in _hints(owner).items():
            if name in names:
                found |= {*_classes(part)}
        return found


def _function_of(member: Any) -> FunctionType | None:  # noqa: ANN401 (whatever a class has)
    member = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    function = inspect.unwrap(member) if callable(member) else member
    return function if isinstance(function, FunctionType) else None


def _is_followed(value: Any) -> bool:  # noqa: ANN401 (a class or a function)
    module: str = value.__module__
    return module.startswith(FOLLOWED) and module not in APART


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for name, member in value.items():
                yield from _texts(name)
                yield from _texts(member)
        case tuple() | list() | frozenset():
            for item in value:
                yield from _texts(item)
        case _ if dataclasses.is_dataclass(value):
            yield from _texts([getattr(value, field.name) for field in dataclasses.fields(value)])


def _classes_of(function: FunctionType | None, part: str) -> set[type]:
    """Return the classes in a function's annotations: of what it is given, or of what it returns."""
    hints = _hints(function) if function is not None else {}
    return {each for name, hint in hints.items() if (name == "return") is (part == "return") for each in _classes(hint)}


def _classes(hint: Any) -> Iterator[type]:  # noqa: ANN401 (any annotation)
    if isinstance(hint, type) and get_origin(hint) is None:
        yield hint
    for member in get_args(hint):
        yield from _classes(member)


def _hints(annotated: Any) -> Mapping[str, Any]:  # noqa: ANN401 (a class or a function)
    try:
        return get_type_hints(annotated)
    except (NameError, TypeError):
        return {}
