"""The contract is what was agreed to in docs/contract: what would break somebody is named, rule by rule."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli.schema import DOCUMENTS, text_of
from tests.support.evolution import Schemas, Side, asyncapi_breaks, openapi_breaks

AGREED = Path(__file__).parents[2] / "docs" / "contract"
BREAKS = {"openapi": openapi_breaks, "asyncapi": asyncapi_breaks}
REMAKE = "Nothing breaks; write the contract down anew: .venv/bin/kondate schema --write docs/contract"

Json = Any


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_that_was_agreed_to_is_broken(name: str) -> None:
    agreed = json.loads((AGREED / f"{name}.json").read_text("utf-8"))
    breaks = BREAKS[name](agreed, json.loads(text_of(name)))
    assert not breaks, "This would break clients:\n" + "\n".join(breaks)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_contract_is_written_down_as_it_is(name: str) -> None:
    is_same = (AGREED / f"{name}.json").read_text("utf-8") == text_of(name)
    assert is_same, REMAKE


def api(**operation: Json) -> Json:
    """Return a document with one operation."""
    return {"paths": {"/things": {"get": {"responses": {"200": {"description": "OK"}}, **operation}}}}


def query(*, required: bool = False, **schema: Json) -> Json:
    """Return an operation with one parameter."""
    return api(parameters=[{"in": "query", "name": "size", "required": required, "schema": schema}])


def taking(schema: Json) -> Json:
    """Return an operation with a body."""
    return api(requestBody={"required": True, "content": {"application/json": {"schema": schema}}})


def answering(status: str = "200", headers: Json = None, media_type: str = "application/json", **schema: Json) -> Json:
    """Return an operation with an answer."""
    return api(responses={status: {"headers": headers or {}, "content": {media_type: {"schema": schema}}}})


TEXT: Json = {"type": "string"}
ONE: Json = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
TWO: Json = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a"]}
BOTH: Json = {**TWO, "required": ["a", "b"]}
MAYBE: Json = {"anyOf": [TEXT, {"type": "null"}]}
A_TOKEN: Json = [{"token": []}]

BROKEN: dict[str, tuple[Json, Json, str]] = {
    "a path": (api(), {"paths": {}}, "/things is gone"),
    "a method": (api(), {"paths": {"/things": {}}}, "is gone"),
    "a status": (answering("200", **ONE), answering("201", **ONE), "answers 200 no longer"),
    "a media type": (answering(**ONE), answering(media_type="text/csv"), "200 application/json no longer"),
    "a header": (answering(headers={"ETag": {}}), answering(), "200: the header ETag is gone"),
    "a token": (api(security=[]), api(security=A_TOKEN), "asks for a token now"),
    "a scope": (api(security=A_TOKEN), api(security=[{"token": ["x:y"]}]), "asks for x:y now"),
    "a parameter": (query(**TEXT), api(), "query size is gone"),
    "a parameter required": (query(**TEXT), query(required=True, **TEXT), "query size is required now"),
    "a new required parameter": (api(), query(required=True, **TEXT), "query size is required now"),
    "a parameter's type": (
        query(**TEXT),
        query(type="integer"),
        "query size no longer takes every string: only integer",
    ),
    "a bound": (query(maximum=9), query(maximum=8), "query size is bounded more tightly: maximum 8"),
    "a new bound": (query(**TEXT), query(minLength=1, **TEXT), "query size is bounded more tightly: minLength 1"),
    "a pattern": (query(**TEXT), query(pattern="a", **TEXT), "query size is bounded more tightly: pattern a"),
    "an enum's value": (query(enum=["a", "b"]), query(enum=["a"]), "query size has the value 'b' no longer"),
    "an enum out of any text": (query(**TEXT), query(enum=["a"], **TEXT), "query size takes 'a' only"),
    "a body needed": (api(), taking(ONE), "needs a body now"),
    "an input's member": (taking(TWO), taking(ONE), "takes/b is gone"),
    "a new required input": (taking(ONE), taking(BOTH), "takes/b is required now"),
    "an input required": (taking(TWO), taking(BOTH), "takes/b is required now"),
    "unknown members": (
        taking(ONE),
        taking({"additionalProperties": False, **ONE}),
        "takes no longer takes members that it does not know",
    ),
    "an input's alternative": (
        taking(MAYBE),
        taking(TEXT),
        "takes has another form: {'type': 'null'}",
    ),
    "an output's member": (answering(**TWO), answering(**ONE), "200/b is gone"),
    "an output optional": (answering(**BOTH), answering(**TWO), "200/b can be missing now"),
    "an output's type": (answering(**TEXT), answering(type="integer"), "200 was string, and can be integer"),
    "an output's value": (answering(enum=["a"]), answering(enum=["a", "b"]), "200 can have the new value 'b'"),
    "an output's value gone": (answering(enum=["a", "b"]), answering(enum=["a"]), "200 has the value 'b' no longer"),
    "an output's enum": (answering(const="a"), answering(), "200 was one of 'a', and can be anything"),
    "an output's alternative": (
        answering(**TEXT),
        answering(**MAYBE),
        "200 has another form: {'type': 'null'}",
    ),
    "an item": (
        answering(type="array", items=TWO),
        answering(type="array", items=ONE),
        "200/*/b is gone",
    ),
}

KEPT: dict[str, tuple[Json, Json]] = {
    "nothing": (api(), api()),
    "a new path": ({"paths": {}}, api()),
    "a new optional parameter": (api(), query(**TEXT)),
    "a parameter's wider type": (query(type="integer"), query(type="number")),
    "a wider bound": (query(maximum=8), query(maximum=9)),
    "an input's new value": (query(enum=["a"]), query(enum=["a", "b"])),
    "a new optional input": (taking(ONE), taking(TWO)),
    "an input's new alternative": (taking(TEXT), taking(MAYBE)),
    "an input no longer required": (taking(BOTH), taking(TWO)),
    "a new output": (answering(**ONE), answering(**TWO)),
    "an output always there": (answering(**TWO), answering(**BOTH)),
    "an output's narrower type": (answering(type="number"), answering(type="integer")),
    "a new status": (api(), api(responses={"200": {"description": "OK"}, "202": {"description": "Accepted"}})),
    "a scope less": (api(security=[{"token": ["x:y"]}]), api(security=A_TOKEN)),
}


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_a_client_is_named(old: Json, new: Json, said: str) -> None:
    assert [each.removeprefix("GET /things").lstrip(": ") for each in openapi_breaks(old, new)] == [said]


@pytest.mark.parametrize(("old", "new"), KEPT.values(), ids=KEPT.keys())
def test_what_breaks_nobody_is_let_through(old: Json, new: Json) -> None:
    assert openapi_breaks(old, new) == []


def test_a_schema_that_holds_itself_is_compared_to_its_end() -> None:
    tree: Json = {"type": "object", "properties": {"inner": {"$ref": "#/tree"}, "a": TEXT}}
    less: Json = {"type": "object", "properties": {"inner": {"$ref": "#/tree"}}}
    comparison = Schemas(Side({"tree": tree}), Side({"tree": less}), is_input=False)
    assert list(comparison.breaks({"$ref": "#/tree"}, {"$ref": "#/tree"}, "tree")) == ["tree/a is gone"]


def messages(payload: Json, *, action: str = "receive", address: str = "queue") -> Json:
    """Return a document of one message on one channel."""
    return {
        "channels": {"commands": {"address": address, "messages": {"cook": {"$ref": "#/components/messages/cook"}}}},
        "operations": {"take": {"action": action, "messages": [{"$ref": "#/channels/commands/messages/cook"}]}},
        "components": {"messages": {"cook": {"name": "cook", "payload": payload}}},
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (messages(TWO), messages(ONE), ["cook/b is gone"]),
        (messages(ONE), messages(BOTH), ["cook/b is required now"]),
        (messages(BOTH, action="send"), messages(TWO, action="send"), ["cook/b can be missing now"]),
        (messages(ONE), messages(ONE, address="elsewhere"), ["the channel commands is at elsewhere now"]),
        (messages(ONE), messages(TWO), []),
    ],
)
def test_messages_are_held_to_the_same_rules(old: Json, new: Json, said: list[str]) -> None:
    assert asyncapi_breaks(old, new) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("channels", "the channel commands is gone"),
        ("operations", "the operation take is gone"),
    ],
)
def test_a_part_that_is_gone_is_named(part: str, said: str) -> None:
    new = deepcopy(messages(ONE))
    new[part] = {}
    assert said in asyncapi_breaks(messages(ONE), new)


def test_a_message_that_is_gone_is_named() -> None:
    new = deepcopy(messages(ONE))
    new["channels"]["commands"]["messages"] = {}
    new["operations"]["take"]["messages"] = []
    assert asyncapi_breaks(messages(ONE), new) == ["cook is gone from commands"]
