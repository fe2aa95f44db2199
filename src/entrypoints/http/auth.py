"""Who asks: the token is verified again here, since the API does not trust the network."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from application.ports.telemetry import Telemetry
from application.ports.tokens import TokenVerifier
from domain.errors import ForbiddenError
from domain.job import Origin
from entrypoints.edge import Edge, Exposure
from entrypoints.http.faults import NoSuchResourceError, RequestError, UnauthenticatedError
from entrypoints.http.observation import has_plain_path, request_id_of

_BEARER = "bearer "
_KEY = "kondate.origin"

Connection = ASGIConnection[Any, Any, Any, Any]


class Authentication:
    """The guard of every route: its edge policy is enforced again, then the principal is at hand."""

    def __init__(self, verifier: TokenVerifier, telemetry: Telemetry) -> None:
        """Take what verifies tokens."""
        self._verifier = verifier
        self._telemetry = telemetry

    async def guard(self, connection: Connection, route: BaseRouteHandler) -> None:
        """Let the request pass, or raise what it is refused for."""
        if not has_plain_path(connection.scope):
            raise NoSuchResourceError
        if b"%00" in connection.scope["query_string"]:
            raise RequestError  # PostgreSQL stores no such character, and nobody means one
        edge: Edge | None = route.opt.get("edge")
        if edge is None and connection.scope.get("method") == "OPTIONS":
            return  # Litestar's own answer for each path, which only says what the path takes
        if edge is None:
            raise NoSuchResourceError  # a route without a policy is not served at all
        if edge.exposure is not Exposure.TOKEN:
            return
        verified = await self._verifier.verify(_token(connection))
        principal = verified.principal
        for scope in sorted(edge.scopes):
            principal.require_scope(scope)
        if not edge.roles <= principal.roles:
            raise ForbiddenError("This needs a role that the token does not have.")
        connection.scope[_KEY] = Origin(  # type: ignore[literal-required]
            principal=principal,
            request_id=request_id_of(connection.scope),
            traceparent=self._telemetry.traceparent(),
        )


def origin_of(scope: Any) -> Origin:  # noqa: ANN401 (an ASGI scope)
    """Return who asks, under which request and trace; for routes that want a token only."""
    origin: Origin = scope[_KEY]
    return origin


def _token(connection: Connection) -> str:
    given = connection.headers.getall("authorization", [])
    if not given:
        raise UnauthenticatedError
    if len(given) > 1:
        raise UnauthenticatedError("more than one Authorization header")
    if not given[0].lower().startswith(_BEARER):
        raise UnauthenticatedError("the Authorization header is not Bearer")
    return given[0][len(_BEARER) :]
