"""HEAD on whatever can be got, and OPTIONS on every path: no route declares them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from entrypoints.edge import EdgeRoute, with_head


class Methods:
    """HEAD and OPTIONS (RFC 9110, sections 9.3.2 and 9.3.7), around the whole application."""

    def __init__(self, app: Any, routes: Iterable[EdgeRoute]) -> None:  # noqa: ANN401 (an ASGI application)
        """Wrap an ASGI application that knows the methods which these routes declare."""
        self._app = app
        methods: dict[str, set[str]] = defaultdict(set)
        for route in routes:
            methods[route.template] |= route.methods
        self._allowed = {template: allowed(found) for template, found in methods.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI)
        """Serve one request."""
        match scope.get("method"):
            case "HEAD":
                await self._head(scope, receive, send)
            case "OPTIONS":
                await self._options(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _head(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI)
        """Answer as GET would be answered, headers and all, without the body."""
        is_answered = False

        async def receive_until_answered() -> Any:  # noqa: ANN401 (ASGI)
            # A stream would go on for ever: it is told that its listener has gone.
            return {"type": "http.disconnect"} if is_answered else await receive()

        async def send_head(message: Any) -> None:  # noqa: ANN401 (ASGI)
            nonlocal is_answered
            if message["type"] == "http.response.start":
                scope["method"] = "HEAD"  # the server looks here for whether a body is due
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                is_answered = True

        scope["method"] = "GET"
        await self._app(scope, receive_until_answered, send_head)

    async def _options(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI)
        """Let the framework answer for a path that there is, but say of all its methods, which it does not know."""

        async def send_allowed(message: Any) -> None:  # noqa: ANN401 (ASGI)
            allow = self._allowed.get(scope.get("path_template"))
            if message["type"] == "http.response.start" and allow is not None:
                others = [
                    header for header in message["headers"] if header[0].lower() not in (b"allow", b"content-type")
                ]
                message["headers"] = [*others, (b"allow", allow.encode())]
            await send(message)

        await self._app(scope, receive, send_allowed)


def allowed(methods: Iterable[str]) -> str:
    """Return the Allow header of a path whose routes declare these methods."""
    return ", ".join(sorted(with_head(frozenset(methods)) | {"OPTIONS"}))
