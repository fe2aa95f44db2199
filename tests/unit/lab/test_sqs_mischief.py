"""What the proxy before the queue does to calls and answers."""

import json
from random import Random

import pytest

from entrypoints.lab.sqs_mischief import REFUSALS, Body, Mischief, Mode

BATCH: Body = {
    "QueueUrl": "http://queue/000/commands",
    "Entries": [{"Id": "0", "MessageBody": "a"}, {"Id": "1", "MessageBody": "b"}],
}
RECEIVED = json.dumps({"Messages": [{"Body": str(number)} for number in range(10)]}).encode()


def mischief(*modes: Mode, share: float = 1) -> Mischief:
    return Mischief(Random(1), share=share, modes=set(modes))  # noqa: S311 (mischief is no secret)


def test_without_a_mode_nothing_is_changed() -> None:
    good = mischief()
    assert good.refusal() is None
    assert good.calls("SendMessageBatch", BATCH) == [BATCH]
    assert good.answer("ReceiveMessage", RECEIVED) == RECEIVED
    assert set(good.done.values()) == {0}


def test_a_duplicate_is_the_same_call_twice() -> None:
    twice = mischief(Mode.DUPLICATE)
    assert twice.calls("SendMessageBatch", BATCH) == [BATCH, BATCH]
    assert twice.done[Mode.DUPLICATE] == 1


def test_only_sends_are_duplicated() -> None:
    assert len(mischief(Mode.DUPLICATE).calls("DeleteMessageBatch", BATCH)) == 1


def test_dead_letters_are_left_alone() -> None:
    letter: Body = {"QueueUrl": "http://queue/000/kondate-dead-letters", "MessageBody": "a"}
    assert mischief(*Mode).calls("SendMessage", letter) == [letter]


def test_delayed_messages_come_within_seconds() -> None:
    [call] = mischief(Mode.DELAY).calls("SendMessageBatch", BATCH)
    assert all(0 <= entry["DelaySeconds"] <= 3 for entry in call["Entries"])


def test_a_lost_reply_is_no_answer_at_all() -> None:
    losing = mischief(Mode.LOSE_REPLY)
    assert losing.answer("SendMessageBatch", b"{}") is None
    assert losing.answer("ReceiveMessage", RECEIVED) == RECEIVED


def test_reordered_messages_are_the_same_ones() -> None:
    answer = mischief(Mode.REORDER).answer("ReceiveMessage", RECEIVED)
    assert answer is not None
    assert answer != RECEIVED
    assert sorted(message["Body"] for message in json.loads(answer)["Messages"]) == [str(n) for n in range(10)]


def test_a_refusal_is_one_of_the_known_errors() -> None:
    refused = mischief(Mode.REFUSE).refusal()
    assert refused is not None
    status, body = refused
    assert REFUSALS[json.loads(body)["__type"].rpartition("#")[2]] == status


def test_sent_messages_are_remembered_one_by_one() -> None:
    remembering = mischief()
    remembering.calls("SendMessageBatch", BATCH)
    assert list(remembering.sent) == [
        {"QueueUrl": BATCH["QueueUrl"], "MessageBody": "a"},
        {"QueueUrl": BATCH["QueueUrl"], "MessageBody": "b"},
    ]


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_mode_strikes_its_share_of_the_calls(share: float) -> None:
    some = mischief(Mode.DUPLICATE, share=share)
    for _ in range(200):
        some.calls("SendMessageBatch", BATCH)
    assert share * 150 <= some.done[Mode.DUPLICATE] <= share * 250
