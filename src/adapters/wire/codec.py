"""Commands, events and their values as JSON: exact, and readable by the next release."""

import re
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any, TypeVar, get_args

import msgspec

from application.dispatch import USE_CASES, kind_of
from domain.commands import Command, GenerateReport
from domain.errors import InvalidReportError
from domain.events import Event
from domain.report import ReportKind
from domain.reports.kinds import KINDS

T = TypeVar("T")
_CAPITAL = re.compile("[A-Z]")
_FIGURE = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400}|/0*[1-9][0-9]{0,399})?")


class UnknownKindError(ValueError):
    """No command or event has this public name."""


def encode(value: object) -> bytes:
    """Return the value as compact JSON; a Fraction becomes a text such as "1/3", so that nothing is rounded."""
    return msgspec.json.encode(value, enc_hook=_plain, order="deterministic")


def decode(body: bytes | str, expected: type[T]) -> T:
    """Return the value; raise msgspec.ValidationError or DecodeError when the JSON is not one of `expected`."""
    return msgspec.json.decode(body, type=expected, dec_hook=_rebuilt)


class MessageTypes:
    """Public names (`generate-report`, `recipe-added`) and the classes behind them."""

    def __init__(self) -> None:
        """Collect every command of the dispatch table and every event."""
        self._commands: Mapping[str, type[Command]] = {kind_of(command): command for command in USE_CASES}
        self._events: Mapping[str, type[Event]] = {kind_of(event): event for event in get_args(Event)}

    def command(self, kind: str, body: bytes | str) -> Command:
        """Rebuild a command; raise UnknownKindError or msgspec.ValidationError."""
        return _command(_known(self._commands, kind), msgspec.json.decode(body))

    def foreign_command(self, kind: str, body: bytes) -> Command:
        """Rebuild a command that another system wrote, its members in camelCase."""
        expected = _known(self._commands, kind)
        return _command(expected, _snake_cased(msgspec.json.decode(body)))

    def event(self, kind: str, body: bytes | str) -> Event:
        """Rebuild an event; raise UnknownKindError or msgspec.ValidationError."""
        return decode(body, _known(self._events, kind))


class _ReportAsked(msgspec.Struct):
    kind: ReportKind
    parameters: dict[str, Any] = {}


def _command(expected: type[Command], value: object) -> Command:
    """Rebuild a command; which parameters a report takes, its kind tells."""
    if expected is not GenerateReport:
        command: Command = msgspec.convert(value, expected, dec_hook=_rebuilt)
        return command
    asked = msgspec.convert(value, _ReportAsked)
    taken = KINDS[asked.kind].parameters
    unknown = asked.parameters.keys() - {field.name for field in fields(taken)}
    if unknown:
        raise InvalidReportError(f"{asked.kind} takes no {', '.join(sorted(unknown))}.", pointer="/parameters")
    return GenerateReport(kind=asked.kind, parameters=msgspec.convert(asked.parameters, taken, dec_hook=_rebuilt))


def _known(types: Mapping[str, type[T]], kind: str) -> type[T]:
    if kind not in types:
        raise UnknownKindError(f"unknown kind {kind!r}")
    return types[kind]


def _plain(value: object) -> object:
    match value:
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case Mapping():
            return dict(value)
        case _:
            raise NotImplementedError


def _rebuilt(expected: type[Any], value: Any) -> Any:  # noqa: ANN401 (msgspec's own hook signature)
    if expected is not Fraction:
        raise NotImplementedError
    # A number is the decimal that it is written as; one with an exponent could take for ever to work out.
    text = str(value)
    if _FIGURE.fullmatch(text) is None:
        raise ValueError("not a decimal or a fraction of two whole numbers")
    return Fraction(text)


def _snake_cased(value: object) -> object:
    """Rename object members from camelCase, at every depth."""
    match value:
        case dict():
            return {_CAPITAL.sub(_lowered, name): _snake_cased(member) for name, member in value.items()}
        case list():
            return [_snake_cased(item) for item in value]
        case _:
            return value


def _lowered(match: re.Match[str]) -> str:
    return f"_{match[0].lower()}"
