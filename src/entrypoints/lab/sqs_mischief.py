"""What a queue may do by its contract, and what its network does: decided call by call, from a seed."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

SENDS = frozenset({"SendMessage", "SendMessageBatch"})
REMEMBERED = 50
LONGEST_DELAY_SECONDS = 3
DEAD_LETTERS = "dead-letters"

Body = dict[str, Any]


class Mode(StrEnum):
    """How the queue misbehaves at the moment; any number at once."""

    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    LOSE_REPLY = "lose-reply"
    REFUSE = "refuse"


REFUSALS: Mapping[str, int] = {"InternalError": 500, "AccessDenied": 403, "OverLimit": 400, "RequestThrottled": 400}


@dataclass(slots=True)
class Mischief:
    """Counts in `done` how often each mode has struck."""

    random: Random
    share: float = 0.5
    """How many of the calls are struck while a mode is on."""
    modes: set[Mode] = field(default_factory=set)
    done: dict[Mode, int] = field(default_factory=lambda: dict.fromkeys(Mode, 0))
    sent: deque[Body] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """Messages that were sent lately, each as a call of its own: a queue may deliver them again."""

    def refusal(self) -> tuple[int, bytes] | None:
        """Return the error to answer with instead of forwarding; None to forward."""
        if not self._strikes(Mode.REFUSE):
            return None
        code = self.random.choice(sorted(REFUSALS))
        body = {"__type": f"com.amazonaws.sqs#{code}", "message": "refused by the lab"}
        return REFUSALS[code], json.dumps(body).encode()

    def calls(self, action: str, body: Body) -> list[Body]:
        """Return what to forward in place of one call: late messages, or the call twice."""
        if action not in SENDS or DEAD_LETTERS in str(body.get("QueueUrl")):
            return [body]
        self._remember(body)
        if action == "SendMessageBatch" and self._strikes(Mode.DELAY):
            delays = [self.random.randint(0, LONGEST_DELAY_SECONDS) for _ in body["Entries"]]
            entries = zip(body["Entries"], delays, strict=True)
            body = {**body, "Entries": [{**entry, "DelaySeconds": delay} for entry, delay in entries]}
        return [body, body] if self._strikes(Mode.DUPLICATE) else [body]

    def answer(self, action: str, body: bytes) -> bytes | None:
        """Return the answer to pass on, perhaps in another order; None to lose it after the queue has acted."""
        if action in SENDS and self._strikes(Mode.LOSE_REPLY):
            return None
        if action == "ReceiveMessage" and Mode.REORDER in self.modes:
            answer = json.loads(body)
            messages = answer.get("Messages", [])
            if len(messages) > 1 and self._strikes(Mode.REORDER):
                self.random.shuffle(messages)
                return json.dumps(answer).encode()
        return body

    def _strikes(self, mode: Mode) -> bool:
        strikes = mode in self.modes and self.random.random() < self.share
        self.done[mode] += strikes
        return strikes

    def _remember(self, body: Body) -> None:
        for entry in body.get("Entries", [body]):
            again = {name: value for name, value in entry.items() if name not in ("Id", "DelaySeconds")}
            self.sent.append({**again, "QueueUrl": body["QueueUrl"]})
