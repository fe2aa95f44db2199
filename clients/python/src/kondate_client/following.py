"""A job's events as they happen (`text/event-stream`): what to ask for, how to read it, and when to ask again."""

from dataclasses import dataclass, field

import msgspec

from kondate_client.exchange import Answer, Ask, Lost
from kondate_client.flows import kept
from kondate_client.models import JobState
from kondate_client.retries import Retries

SILENCE_SECONDS = 45.0
"""The server says that it is there every 15 s: after three of those missing the stream is taken for broken."""
PREFIXES = ("data", "id")


@dataclass(slots=True, kw_only=True)
class Following:
    """One job that is followed; a stream that breaks off is resumed after the last event that was seen."""

    job_id: str
    retries: Retries
    is_over: bool = field(default=False, init=False)
    _last_seen: str = field(default="", init=False)
    _broken: int = field(default=0, init=False)
    _fields: dict[str, str] = field(default_factory=dict, init=False)

    def ask(self) -> Ask:
        """Return the request that begins, or resumes."""
        self._fields.clear()
        resumed = {"Last-Event-ID": self._last_seen} if self._last_seen else {}
        return Ask(
            method="GET",
            path=f"/jobs/{self.job_id}/events",
            headers={"Accept": "text/event-stream", **resumed},
            timeout_seconds=SILENCE_SECONDS,
        )

    def heard(self, line: str) -> JobState | None:
        """Take a line of the stream; return the state where it ends an event."""
        name, _, value = line.partition(": ")
        if line:
            if name in PREFIXES:  # a comment only keeps the stream open
                self._fields[name] = value
            return None
        event = dict(self._fields)
        self._fields.clear()
        if "data" not in event:
            return None
        state = msgspec.json.decode(event["data"], type=JobState)
        self._last_seen, self._broken, self.is_over = event.get("id", ""), 0, state.status.is_terminal
        return state

    def pause(self, trouble: Answer | Lost) -> float:
        """Return how long to wait before asking again, 0 where it is over; raise as any request does in the end."""
        self._broken += 1
        seconds = self.retries.pause(self._broken, trouble)
        if seconds is not None:
            return seconds
        kept(trouble)
        self.is_over = True  # 204: there is nothing more to come
        return 0
