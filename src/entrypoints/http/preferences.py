"""The Prefer header (RFC 7240): whether the client would wait, and for how long."""

from dataclasses import dataclass
from typing import Any
from urllib.request import parse_http_list

from litestar import Request

from entrypoints.edge import LONGEST_WAIT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What the client prefers; `wait_seconds` is as long as we are willing to wait, None if it did not say."""

    responds_async: bool = False
    wait_seconds: int | None = None

    def applied(self, *, is_async: bool) -> dict[str, str]:
        """Return the header that says what was done of it: nothing is said of what was not."""
        done = ["respond-async"] if self.responds_async and is_async else []
        if self.wait_seconds is not None:
            done.append(f"wait={self.wait_seconds}")
        return {"Preference-Applied": ", ".join(done)} if done else {}


def preference_of(request: Request[Any, Any, Any]) -> Preference:
    """Return what the request prefers; the first of two contradicting preferences holds."""
    given: dict[str, str] = {}
    for line in request.headers.getall("prefer", []):
        for preference in parse_http_list(line):
            name, _, value = preference.partition(";")[0].partition("=")  # what follows are parameters: ours have none
            given.setdefault(name.strip().lower(), value.strip().strip('"'))
    wait = given.get("wait", "")
    is_number = wait.isascii() and wait.isdecimal()
    return Preference(
        responds_async="respond-async" in given,
        wait_seconds=min(int(wait[:9]), LONGEST_WAIT_SECONDS) if is_number else None,
    )
