"""The envelope: what is sent can be read, what cannot be read is told, never raised as anything else."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sqs.envelope import MAX_BODY_BYTES, MAX_DATA_DEPTH, EnvelopeError, decode, encode, fair_group
from application.ports.queue import Message
from tests.support.contracts.queue import MESSAGE

SENDABLE = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""What SQS takes as a body."""

TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=255
)
JSON_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | JSON_TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXTS, inner, max_size=4),
    max_leaves=20,
)
DATA = st.dictionaries(JSON_TEXTS, JSON_VALUES, max_size=5)
TRACE_PARENTS = st.from_regex(r"\A00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\Z")
TIMES = st.datetimes(timezones=st.just(UTC))
MESSAGES = st.builds(
    Message,
    id=TEXTS,
    type=TEXTS,
    source=TEXTS,
    subject=TEXTS | st.just(""),
    time=TIMES,
    data=DATA.map(lambda data: json.dumps(data, ensure_ascii=False).encode()),
    group=TEXTS,
    request_id=st.none() | TEXTS,
    traceparent=st.none() | TRACE_PARENTS,
)

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "order-17",
    "source": "https://shop.example/orders",
    "type": "kondate.generate-report.v1",
    "time": "2026-03-01T12:30:45Z",
    "data": {"kind": "nutrition-summary"},
}


def body(**changes: object) -> str:
    """Return another system's event with members changed; None leaves one out."""
    return json.dumps({name: value for name, value in {**EVENT, **changes}.items() if value is not None})


def nested(depth: int) -> str:
    """Return data whose innermost object is `depth` objects down."""
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


def with_data(data: str) -> str:
    """Return an event whose data is this text."""
    return body().replace('{"kind": "nutrition-summary"}', data)


@given(MESSAGES)
def test_encoded_message_reads_back_the_same(message: Message) -> None:
    read = decode(encode(message))

    assert json.loads(read.data) == json.loads(message.data)
    assert (read.id, read.type, read.source, read.subject) == (
        message.id,
        message.type,
        message.source,
        message.subject,
    )
    assert (read.time, read.group) == (message.time, message.group)
    assert (read.request_id, read.traceparent) == (message.request_id, message.traceparent)


@given(MESSAGES)
def test_encoded_message_holds_only_what_sqs_takes(message: Message) -> None:
    assert SENDABLE.fullmatch(encode(message))


def test_characters_that_sqs_refuses_survive_in_data() -> None:
    data = '{"odd":"\ufffe\uffff"}'.encode()
    encoded = encode(Message(**{**fields(MESSAGE), "data": data}))

    assert SENDABLE.fullmatch(encoded)
    assert json.loads(decode(encoded).data) == {"odd": "\ufffe\uffff"}


def fields(message: Message) -> dict[str, Any]:
    """Return a message's fields by name."""
    return {name: getattr(message, name) for name in Message.__slots__}


def test_body_is_a_structured_cloud_event() -> None:
    assert json.loads(encode(MESSAGE)) == {
        "specversion": "1.0",
        "id": MESSAGE.id,
        "source": "/kondate",
        "type": "kondate.job.v1",
        "subject": "the-job",
        "time": "2026-03-01T12:30:45.123456Z",
        "datacontenttype": "application/json",
        "group": "user-1",
        "requestid": "the-request",
        "traceparent": MESSAGE.traceparent,
        "data": {"title": "肉じゃが"},
    }


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Nd"])))
def test_no_text_makes_decoding_raise_anything_else(text: str) -> None:
    with pytest.raises(EnvelopeError):
        decode(text)


@given(st.sampled_from(sorted(EVENT)), JSON_VALUES)
def test_no_member_makes_decoding_raise_anything_else(name: str, value: object) -> None:
    with suppress(EnvelopeError):
        decode(json.dumps({**EVENT, name: value}))


@given(st.integers(0, 300), st.text(max_size=3))
def test_no_damage_makes_decoding_raise_anything_else(position: int, text: str) -> None:
    whole = encode(MESSAGE)
    with suppress(EnvelopeError):
        decode(whole[:position] + text + whole[position + len(text) + 1 :])


def test_other_systems_event_needs_no_optional_member() -> None:
    message = decode(body())

    assert (message.id, message.subject, message.request_id, message.traceparent) == ("order-17", "", None, None)
    assert message.group == message.source
    assert message.data == b'{"kind": "nutrition-summary"}'


def test_extensions_of_other_systems_are_ignored() -> None:
    assert decode(body(partitionkey="7", dataschema="https://shop.example/schema", sampledrate=3)) == decode(body())


def test_json_media_type_may_have_parameters() -> None:
    assert decode(body(datacontenttype="Application/JSON; charset=utf-8")) == decode(body())


@pytest.mark.parametrize("header", ["x", "00-", "00-" + "A" * 32 + "-b7ad6b7169203331-01", f" {MESSAGE.traceparent}"])
def test_invalid_traceparent_is_dropped(header: str) -> None:
    assert decode(body(traceparent=header)).traceparent is None


def test_valid_traceparent_is_kept() -> None:
    assert decode(body(traceparent=MESSAGE.traceparent)).traceparent == MESSAGE.traceparent


def test_time_is_read_as_utc() -> None:
    time = datetime(2026, 3, 1, 21, 0, tzinfo=timezone(timedelta(hours=9)))

    assert decode(body(time=time.isoformat())).time.isoformat() == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        (body()[:-1], "not JSON"),
        (body() + "{}", "not JSON"),
        ("[]", "Expected `object`, got `array`"),
        ("null", "Expected `object`, got `null`"),
        (body(specversion=None), "missing required field `specversion`"),
        (body(specversion="0.3"), "specversion is not 1.0"),
        (body(specversion=1.0), "Expected `str`, got `float` - at `$.specversion`"),
        (body(id=None), "missing required field `id`"),
        (body(id=""), "at `$.id`"),
        (body(id=17), "at `$.id`"),
        (body(id="x" * 256), "at `$.id`"),
        (body(id="line\nbreak"), "at `$.id`"),
        (body(id="trailing\n"), "at `$.id`"),
        (body(source=""), "at `$.source`"),
        (body(type=None), "missing required field `type`"),
        (body(subject=""), "at `$.subject`"),
        (body(time="yesterday"), "at `$.time`"),
        (body(time="2026-03-01T12:30:45"), "at `$.time`"),
        (body(time=1772368245), "at `$.time`"),
        (body(time="0001-01-01T00:00:00+09:00"), "time is out of range"),
        (body(datacontenttype="text/xml"), "datacontenttype is not application/json"),
        (body(requestid=["a"]), "at `$.requestid`"),
        (body(traceparent=7), "at `$.traceparent`"),
        (body(data=None), "missing required field `data`"),
        (body(data=[1]), "data is not a JSON object"),
        (body(data='{"kind": 1}'), "data is not a JSON object"),
        (body(data={"a": "b\x00"}), "data holds a NUL character"),
        (body(data={"a\x00": 1}), "data holds a NUL character"),
        (body(data={"a": float("nan")}), "JSON"),
        (with_data('{"a": "\\ud800"}'), "JSON"),
        (with_data('{"a": "\ud800"}'), "not Unicode"),
        (with_data(nested(MAX_DATA_DEPTH + 2)), "data is nested too deeply"),
        (with_data(nested(100_000)), "longer than"),
        (with_data(nested(40_000)), "nested too deeply"),
        ("[" * 100_000, "not a CloudEvent"),
        (body(data={"a": "x" * MAX_BODY_BYTES}), f"longer than {MAX_BODY_BYTES} bytes"),
    ],
)
def test_malformed_body_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(EnvelopeError, match=re.escape(reason)):
        decode(text)


def test_reason_is_short_and_holds_nothing_of_the_data() -> None:
    for changes in ({"specversion": "secret" * 100}, {"id": "secret" * 100}, {"time": "secret"}, {"data": "secret"}):
        with pytest.raises(EnvelopeError) as refused:
            decode(body(**changes))
        assert "secret" not in str(refused.value)
        assert len(str(refused.value)) < 200


def test_deep_but_bearable_data_is_read() -> None:
    assert decode(with_data(nested(MAX_DATA_DEPTH))).id == "order-17"


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"group": "x" * 256},
        {"subject": "a\x00b"},
        {"source": "\ud800"},
        {"request_id": "two\r\nlines"},
        {"time": datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)},
        {"data": b"[]"},
        {"data": b"{"},
        {"data": b"\xff"},
        {"data": b'{"a":"' + b"x" * MAX_BODY_BYTES + b'"}'},
    ],
)
def test_message_that_nobody_could_read_is_not_encoded(change: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        encode(Message(**{**fields(MESSAGE), **change}))


@given(TEXTS)
def test_fair_group_is_always_one_that_sqs_takes(group: str) -> None:
    assert re.fullmatch(r"[!-~]{1,128}", fair_group(group))


def test_fair_group_keeps_callers_apart() -> None:
    assert fair_group("user-1") == "user-1"
    assert len({fair_group("利用者一"), fair_group("利用者二"), fair_group("x" * 129), fair_group("x" * 130)}) == 4
