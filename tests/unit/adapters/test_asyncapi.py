"""The AsyncAPI document: what really goes over the queues is as it says, and what it says can be read."""

import json
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from adapters.sqs.asyncapi import asyncapi_document
from adapters.sqs.envelope import decode, encode
from adapters.sqs.queues import QueueNames
from adapters.wire.codec import MessageTypes
from adapters.wire.messages import (
    COMMAND_PREFIX,
    JOB_TYPE,
    VERSION_SUFFIX,
    WireMessageReader,
    event_message,
    job_message,
)
from application.dispatch import USE_CASES, is_followed, kind_of
from application.ports.messages import CommandRequested
from domain.events import Event
from tests.support.builders import a_job, an_origin

FOLLOWED = [event for event in get_args(Event) if is_followed(event)]
NAMES = QueueNames(commands="commands", events="events", dead_letters="dead-letters")
ID = "01920000-abcd-7000-8000-00000000abcd"
LINES = {"name": "Rice", "sections": [{"lines": ["300 g rice"]}], "recipeYield": {"amount": "5/2"}}
PRICE = {"ingredient": "rice", "supplier": "x", "packG": "1000", "amount": "3/2", "validFrom": "2026-01-01"}

ASKED: dict[str, Any] = {
    "add-recipe": {"content": LINES, "isDraft": True},
    "revise-recipe": {"recipeId": ID, "content": LINES, "expectedVersion": 1},
    "publish-recipe": {"recipeId": ID},
    "archive-recipe": {"recipeId": ID},
    "delete-recipe": {"recipeId": ID, "expectedVersion": None},
    "generate-report": {"kind": "cost-trend", "parameters": {"priceListId": ID, "fromMonth": "2026-01", "months": 3}},
    "add-price-list": {"content": {"name": "x", "currency": "JPY", "prices": [PRICE]}},
    "revise-price-list": {"priceListId": ID, "content": {"name": "x", "currency": "JPY", "prices": [PRICE]}},
    "add-menu-plan": {"content": {"name": "x", "meals": [{"day": "2026-01-01", "recipeId": ID, "servings": "4"}]}},
    "cancel-job": {"jobId": ID},
    "run-drill": {"drillId": "x", "seconds": 0.5},
}
"""What other systems may write; a command without a line here is held to its schema by the snapshot alone."""


@pytest.fixture(scope="module")
def document() -> Any:  # noqa: ANN401 (JSON)
    return json.loads(json.dumps(asyncapi_document(NAMES, "0.1.0")))


def faults(document: Any, type_: str, body: str) -> list[str]:  # noqa: ANN401 (JSON)
    """Return what a body is against the message of its type."""
    payload = document["components"]["messages"][type_]["payload"]
    validator = Draft202012Validator({**payload, "components": document["components"]}, validate_formats=True)
    return [f"{each.instance_path}: {each.message}" for each in validator.iter_errors(json.loads(body))]


def asking(kind: str, data: Any) -> str:  # noqa: ANN401 (JSON)
    """Return the message of another system."""
    type_ = f"{COMMAND_PREFIX}{kind}{VERSION_SUFFIX}"
    event = {"specversion": "1.0", "id": "1", "source": "/cookbook", "type": type_, "time": "2026-11-24T12:00:00Z"}
    return json.dumps({**event, "data": data})


def test_every_command_and_every_followed_event_is_described(document: Any) -> None:  # noqa: ANN401 (JSON)
    kinds = {kind_of(each) for each in (*USE_CASES, *FOLLOWED)}
    described = {name.split(".")[-2] for name in document["components"]["messages"].keys() - {JOB_TYPE}}
    assert described == kinds


@pytest.mark.parametrize(("kind", "data"), ASKED.items())
def test_what_the_document_allows_is_read_as_the_command(document: Any, kind: str, data: Any) -> None:  # noqa: ANN401
    body = asking(kind, data)
    assert faults(document, f"{COMMAND_PREFIX}{kind}{VERSION_SUFFIX}", body) == []
    read = WireMessageReader(MessageTypes()).read(decode(body))
    assert isinstance(read, CommandRequested)
    assert kind_of(type(read.command)) == kind


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("cancel-job", {}),
        ("cancel-job", {"job_id": ID}),
        ("add-recipe", {"content": {"name": "Rice"}}),
        ("generate-report", {"kind": "horoscope"}),
        ("generate-report", {"kind": "cost-trend", "parameters": {"months": "three"}}),
    ],
)
def test_what_no_reader_takes_the_document_refuses(document: Any, kind: str, data: Any) -> None:  # noqa: ANN401 (JSON)
    assert faults(document, f"{COMMAND_PREFIX}{kind}{VERSION_SUFFIX}", asking(kind, data))


def test_the_announcement_of_a_job_is_as_described(document: Any) -> None:  # noqa: ANN401 (JSON)
    assert faults(document, JOB_TYPE, encode(job_message(a_job()))) == []


@pytest.mark.parametrize("event", FOLLOWED, ids=lambda each: each.__name__)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_events_are_published_as_described(document: Any, event: type[Event], data: st.DataObject) -> None:  # noqa: ANN401
    told = data.draw(st.from_type(event))
    message = event_message(UUID(ID), told, an_origin("alice"))
    try:
        body = encode(message)
    except ValueError:
        return  # an owner that no message can name
    assert faults(document, message.type, body) == []


def test_every_reference_leads_somewhere(document: Any) -> None:  # noqa: ANN401 (JSON)
    for reference in references(document):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, dict)


def references(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    """Return each reference of a document."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for member in value.values() for each in references(member)]
    return [each for item in value for each in references(item)] if isinstance(value, list) else []
