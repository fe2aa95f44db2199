"""The load: callers that ask for drills, open loop, and do not give up while the outcome is unknown."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from entrypoints.lab.history import Outcome
from entrypoints.lab.ledger import Ledger

TIMEOUT = aiohttp.ClientTimeout(total=8)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 3.0
ACCEPTED, NOT_FOUND, MISMATCH = 202, 404, 422
UNSETTLED = frozenset({409, 429, 502, 503, 504})
"""Answers after which the same request may be sent again: busy, limited, or not known whether it took effect."""
NOT_A_JOB = "00000000-0000-7000-8000-000000000000"
SHARED_KEYS, REPLAYED, REUSED, FOREIGN = 0.1, 0.2, 0.05, 0.1
"""Shares of the drills: a second caller uses the same key, or afterwards one replays, reuses, or reads as another."""

SORTS = {"quick": 84, "long": 8, "busy": 5, "fail": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One request to be made."""

    caller: str
    key: str
    body: dict[str, object]

    @property
    def drill_id(self) -> str:
        """The drill's id."""
        return str(self.body["drillId"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0 where nothing did."""

    status: int = 0
    text: str = ""
    retry_after: float | None = None
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Clients:
    """Everything they say and hear goes into the ledger."""

    session: aiohttp.ClientSession
    gateway: str
    tokens: Mapping[str, str]
    ledger: Ledger
    random: Random
    seen: Counter[str] = field(default_factory=Counter)
    """Answers by status, and failures by error."""
    is_over: bool = False
    """When set, a request whose outcome is unknown stays unknown."""

    def drawn(self, number: int) -> list[Drill]:
        """Return the requests of one arrival: one, or two callers who happen to use the same key."""
        callers = sorted(self.tokens)
        self.random.shuffle(callers)
        behaviour, seconds = _behaviour(self.random)
        body: dict[str, object] = {"drillId": f"drill-{number}", "behaviour": behaviour, "seconds": seconds}
        chosen = callers[: 2 if self.random.random() < SHARED_KEYS else 1]
        return [Drill(caller=caller, key=f"key-{number}", body=body) for caller in chosen]

    async def ask(self, drill: Drill) -> bool:
        """Ask until the outcome is known; then sometimes try what must not work, or must work twice.

        Return whether it was accepted.
        """
        job_id = await self._until_known(drill)
        if job_id is None:
            return False
        if self.random.random() < REPLAYED:
            await self._until_known(drill)
        if self.random.random() < REUSED:
            await self._reuse(drill)
        if self.random.random() < FOREIGN:
            await self._read_as_another(drill, job_id)
        return True

    async def _until_known(self, drill: Drill) -> str | None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            number = self.ledger.asks(drill.caller, drill.key, drill.drill_id)
            answer = await self._send("POST", "/drills", drill.caller, key=drill.key, body=drill.body)
            if answer.status == ACCEPTED:
                job_id = str(json.loads(answer.text)["jobId"])
                self.ledger.answered(number, Outcome.ACCEPTED, status=ACCEPTED, job_id=job_id, body=answer.text)
                return job_id
            if answer.status and answer.status not in UNSETTLED:
                self.ledger.answered(number, Outcome.REFUSED, status=answer.status, body=answer.text)
                self.ledger.odd("unexpected", f"{drill.caller} {drill.key}: {answer.status} {answer.text[:200]}")
                return None
            self.ledger.answered(number, Outcome.UNKNOWN, status=answer.status)
            if self.is_over:
                return None
            await asyncio.sleep(max(answer.retry_after or 0, pause * self.random.random()))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _reuse(self, drill: Drill) -> None:
        """Another body under the same key is refused."""
        answer = await self._send(
            "POST", "/drills", drill.caller, key=drill.key, body={**drill.body, "drillId": f"{drill.drill_id}-other"}
        )
        if answer.status not in {0, MISMATCH, *UNSETTLED}:
            self.ledger.odd("unexpected", f"{drill.key} was reused with another body: {answer.status}")

    async def _read_as_another(self, drill: Drill, job_id: str) -> None:
        """A foreign job looks like one that does not exist."""
        other = self.random.choice([caller for caller in sorted(self.tokens) if caller != drill.caller])
        foreign = await self._send("GET", f"/jobs/{job_id}", other)
        missing = await self._send("GET", f"/jobs/{NOT_A_JOB}", other)
        if {foreign.status, missing.status} & {0, *UNSETTLED}:
            return
        if foreign.status != NOT_FOUND or _anonymous(foreign.text) != _anonymous(missing.text):
            self.ledger.odd("leaked", f"{other} reads job {job_id} of {drill.caller}: {foreign.status}")

    async def _send(
        self, method: str, path: str, caller: str, *, key: str | None = None, body: Mapping[str, object] | None = None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.tokens[caller]}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body)
        try:
            async with self.session.request(
                method, self.gateway + path, data=content, headers=headers, timeout=TIMEOUT
            ) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.seen[type(error).__name__] += 1
            return Answer(error=repr(error))
        self.seen[str(answer.status)] += 1
        after = answer.headers.get("Retry-After", "")
        return Answer(status=answer.status, text=text, retry_after=float(after) if after.isdigit() else None)


def _behaviour(random: Random) -> tuple[str, float]:
    """Draw mostly quick drills, some that last longer than a lease, some that hog the processor, some that fail."""
    [sort] = random.choices(list(SORTS), weights=list(SORTS.values()))
    match sort:
        case "fail":
            return "fail", 0
        case "busy":
            return "busy", random.uniform(0.05, 0.5)
        case "long":
            return "succeed", random.uniform(2, 7)
        case _:
            return "succeed", random.choice([0, 0, 0.05, 0.3])


def _anonymous(text: str) -> dict[str, Any]:
    """Return a problem without what names this one request."""
    body: dict[str, Any] = json.loads(text)
    return {name: value for name, value in body.items() if name not in {"instance", "requestId"}}
