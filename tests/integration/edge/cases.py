"""One attack as the tables list it, and the world that it is sent into."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.integration.edge.exchange import bearer, request
from tests.support.tokens import TestIssuer

SCOPES = "recipe:read recipe:write report:generate"
MARK = b"e-v-i-l"
"""What a request says of itself and nobody may believe; it is never seen on the far side of the gateway."""
ORIGIN = "https://app.example"


class EdgeIssuer(TestIssuer):
    """Gives every scope unless told otherwise, so that only the attack itself can be the reason of a refusal."""

    def claims(self, **overrides: object) -> dict[str, object]:
        """Return the claims of a token that may do everything but operate."""
        return super().claims(**{"scope": SCOPES, **overrides})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Whom and what the attacks are about."""

    issuer: EdgeIssuer
    stranger: TestIssuer
    recipe: str
    """A published recipe of nobody in particular."""

    def good(self) -> bytes:
        """Return the header of a good token of `alice`."""
        return bearer(self.issuer.token())

    def read(self, *headers: bytes) -> bytes:
        """Return a request that reads the recipe."""
        return request("GET", f"/recipe/{self.recipe}", *headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, and the status that each door gives it.

    `passes` says that the gateway lets it through, cleaned of what is hostile in it, and that the API answers: its
    `gateway` status is then the API's. A 2xx stands only where `harmless` says why it is right. `never` is what must
    not be in the gateway's answer.
    """

    name: str
    sent: Callable[[World], bytes]
    gateway: int
    api: int
    passes: bool = False
    harmless: str = ""
    never: bytes = MARK
