"""The AsyncAPI 3 document of the queues, made of the types that encode and decode what is on them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, get_args

import msgspec

from adapters.sqs.envelope import MAX_BODY_BYTES, SPEC_VERSION, TEXT_PATTERN, Envelope
from adapters.sqs.queues import QueueNames
from adapters.wire.messages import COMMAND_PREFIX, EVENT_PREFIX, JOB_TYPE, SOURCE, VERSION_SUFFIX, JobData
from application.dispatch import USE_CASES, UseCase, is_followed, kind_of
from domain.commands import Command, GenerateReport
from domain.events import Event
from domain.report import ReportParameters
from domain.reports.kinds import KINDS

Json = Any

REFERENCE = "#/components/schemas/{name}"
FRACTION = {"type": "string", "pattern": r"^[0-9]+(/[0-9]+|\.[0-9]+)?$", "examples": ["1/3", "2.5"]}
ABOUT = f"""What goes over Kondate's queues: CloudEvents 1.0 in structured JSON mode, one in each SQS message, at most
{MAX_BODY_BYTES} bytes. Any system whose source is known (`KONDATE_QUEUE_SOURCES`) may put commands on the queue; each
becomes a job, once for its source and id, however often it arrives. Messages may come twice and in any order."""
TEXT_ELSEWHERE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
"""The same to engines that know neither `\\Z` nor surrogates."""
_UNDERSCORE = re.compile("_([a-z])")


def asyncapi_document(names: QueueNames, version: str) -> Json:
    """Describe the queues, the messages on them, and who sends and receives which."""
    commands = {f"{COMMAND_PREFIX}{kind_of(command)}{VERSION_SUFFIX}": command for command in USE_CASES}
    followed = [event for event in get_args(Event) if is_followed(event)]
    events = {f"{EVENT_PREFIX}{kind_of(event)}{VERSION_SUFFIX}": event for event in followed}
    schemas = _portable({**_schemas([Envelope, JobData, *followed]), **_camel_cased(_schemas(commands.values()))})
    schemas[Envelope.__name__]["properties"]["specversion"] = {"const": SPEC_VERSION}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Kondate", "version": version, "description": ABOUT, "license": {"name": "MIT"}},
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "commands": _channel(names.commands, "What is to be done.", [JOB_TYPE, *commands]),
            "events": _channel(names.events, "What has happened, as far as anything follows it.", events),
        },
        "operations": {
            "takeCommand": _operation("receive", "commands", "Do what another system asks for, as a job.", commands),
            "announceJob": _operation("send", "commands", "Announce a job by its id.", [JOB_TYPE]),
            "runJob": _operation("receive", "commands", "Run the job that is announced.", [JOB_TYPE]),
            "publishEvent": _operation("send", "events", "Tell what a command has brought about.", events),
            "followEvent": _operation("receive", "events", "Work out what follows from it.", events),
        },
        "components": {
            "messages": {
                JOB_TYPE: _message(JOB_TYPE, JobData, f"A job of Kondate's own; the source is `{SOURCE}`."),
                **{type_: _message(type_, event, _said(event)) for type_, event in events.items()},
                **{type_: _message(type_, each, _asked(each, USE_CASES[each])) for type_, each in commands.items()},
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _channel(address: str, said: str, types: Iterable[str]) -> Json:
    messages = {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types}
    return {"address": address, "description": said, "messages": messages}


def _operation(action: str, channel: str, said: str, types: Iterable[str]) -> Json:
    messages = [{"$ref": f"#/channels/{channel}/messages/{type_}"} for type_ in types]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": said, "messages": messages}


def _message(type_: str, data: type, said: str) -> Json:
    """Describe one CloudEvent by what it has beside the common envelope."""
    special = {"type": {"const": type_}, "data": {"$ref": REFERENCE.format(name=data.__name__)}}
    payload = {"allOf": [{"$ref": REFERENCE.format(name=Envelope.__name__)}, {"properties": special}]}
    return {"name": type_, "title": data.__name__, "summary": said, "payload": payload}


def _asked(command: type[Command], use_case: UseCase) -> str:
    scope = f" The source needs the scope `{use_case.scope}`." if use_case.scope else ""
    return f"{_said(command)}{scope}"


def _said(described: type) -> str:
    return " ".join((described.__doc__ or "").split())


def _schemas(types: Iterable[type]) -> dict[str, Json]:
    shapes = [row.parameters for row in KINDS.values()]
    _, components = msgspec.json.schema_components([*types, *shapes], schema_hook=_hook, ref_template=REFERENCE)
    if GenerateReport.__name__ in components:
        components[GenerateReport.__name__]["oneOf"] = list(_kinds_of_reports())
        del components[ReportParameters.__name__]
        del components[GenerateReport.__name__]["properties"]["parameters"]
        return components
    return {name: each for name, each in components.items() if name not in {shape.__name__ for shape in shapes}}


def _kinds_of_reports() -> Iterator[Json]:
    """Yield for each kind what its parameters are; they may be left out where none is needed."""
    for kind, row in KINDS.items():
        parameters = {"$ref": REFERENCE.format(name=row.parameters.__name__)}
        yield {"properties": {"kind": {"const": kind.value}, "parameters": parameters}}


def _hook(type_: type) -> Json:
    if type_ is Fraction:
        return FRACTION
    raise NotImplementedError


def _portable(schema: Json) -> Json:
    """Write patterns so that every engine reads them, and sets in an order that does not change."""
    match schema:
        case {"pattern": pattern} if pattern == TEXT_PATTERN:
            return {**schema, "pattern": TEXT_ELSEWHERE}
        case {"default": [*items], "uniqueItems": True}:
            return {**schema, "default": sorted(items)}
        case dict():
            return {name: _portable(each) for name, each in schema.items()}
        case list():
            return [_portable(item) for item in schema]
        case _:
            return schema


def _camel_cased(schemas: Mapping[str, Json]) -> dict[str, Json]:
    """Rename members as other systems write them."""
    return {name: _renamed(schema) for name, schema in schemas.items()}


def _renamed(schema: Json) -> Json:
    match schema:
        case dict():
            shown = {name: _renamed(member) for name, member in schema.items() if name != "properties"}
            if "properties" in schema:
                shown["properties"] = {_camel(name): _renamed(each) for name, each in schema["properties"].items()}
            if "required" in schema:
                shown["required"] = [_camel(name) for name in schema["required"]]
            return shown
        case list():
            return [_renamed(item) for item in schema]
        case _:
            return schema


def _camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
