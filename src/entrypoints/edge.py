"""The edge policy that each route declares; the gateway's configuration is rendered from it."""

from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_WAIT_SECONDS = 30
"""A client may prefer to wait up to this long for the end of its job."""
NOT_ELSEWHERE = "x-envoy-ratelimited"
"""With this header a replica tells the gateway that no other replica could answer either; no client sees it."""


class Exposure(StrEnum):
    """Who reaches a route through the gateway."""

    TOKEN = "token"  # noqa: S105 (a policy name, not a secret)
    PUBLIC = "public"
    INTERNAL = "internal"


class Cost(StrEnum):
    """Which rate limit a route draws on, beside the one every request draws on."""

    NORMAL = "normal"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the gateway enforces for one route before the API sees a request.

    A token route asks for all of `scopes` and all of `roles`. INTERNAL routes (health) answer on
    the API's own port only; the gateway does not know them. A route that `waits` heeds `Prefer`, and has
    LONGEST_WAIT_SECONDS more where the client prefers to wait. `upload_seconds` is how long the request itself may take
    to come, `timeout_seconds` begins when all of it is there. One that `streams` sends events for as long as its
    client listens: no time limit but that of silence, and nothing on the way holds its answer back.
    """

    exposure: Exposure = Exposure.TOKEN
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    cost: Cost = Cost.NORMAL
    timeout_seconds: float = 5.0
    upload_seconds: float = 15.0
    waits: bool = False
    streams: bool = False
    body_limit_bytes: int = 65_536
    cache_seconds: float = 0
    """How long the API may answer reads from its memory, as long as it hears of every change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRoute:
    """One path with the methods that it declares, and policy: `template` is written `/recipe/{recipe_id}`."""

    name: str
    template: str
    methods: frozenset[str]
    edge: Edge = field(default_factory=Edge)

    @property
    def answered(self) -> frozenset[str]:
        """Return the methods that it answers: what can be got can be asked about (RFC 9110, section 9.3.2)."""
        return with_head(self.methods)


def with_head(methods: frozenset[str]) -> frozenset[str]:
    """Return these methods, and HEAD where GET is one of them."""
    return methods | {"HEAD"} if "GET" in methods else methods
