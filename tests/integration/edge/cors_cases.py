"""Pages of origins that were not allowed, and what they try to be taken for."""

from collections.abc import Iterator

from tests.integration.edge.cases import ORIGIN, Case
from tests.integration.edge.exchange import request

STRANGE = {
    "null": "null",
    "any": "*",
    "suffix": f"{ORIGIN}.evil.example",
    "prefix": "https://evil-app.example",
    "subdomain": "https://sub.app.example",
    "without TLS": "http://app.example",
    "with a port": f"{ORIGIN}:8443",
    "with the default port": f"{ORIGIN}:443",
    "with a slash": f"{ORIGIN}/",
    "with a dot at the end": f"{ORIGIN}.",
    "in capitals": ORIGIN.upper(),
    "two in one header": f"{ORIGIN}, https://evil.example",
    "two without a comma": f"{ORIGIN} https://evil.example",
    "userinfo": "https://app.example@evil.example",
    "any letter for the dot": "https://appxexample",
    "file": "file://",
    "extension": "chrome-extension://app.example",
    "loopback with another port": "http://localhost:3001",
}
ALLOWED = b"access-control-allow-origin"
CREDENTIALS = b"access-control-allow-credentials"
ASKS = (b"Access-Control-Request-Method: GET", b"Access-Control-Request-Headers: authorization")


def cors_cases() -> tuple[Case, ...]:
    """Return every case."""
    return (*_strange(), *_tricks())


def _strange() -> Iterator[Case]:
    for name, origin in STRANGE.items():
        line = b"Origin: " + origin.encode()
        yield Case(
            name=f"cors: read, {name}",
            sent=lambda world, line=line: world.read(line, world.good()),  # type: ignore[misc]
            gateway=200,
            api=200,
            passes=True,
            harmless="whoever has a token may read; the browser keeps the answer from the page",
            never=ALLOWED,
        )
        yield Case(
            name=f"cors: preflight, {name}",
            sent=lambda world, line=line: request("OPTIONS", f"/recipe/{world.recipe}", line, *ASKS),  # type: ignore[misc]
            gateway=200,
            api=204,
            harmless="it allows nothing: without the origin in it, a browser stops here",
            never=ALLOWED,
        )


def _tricks() -> Iterator[Case]:
    own = b"Origin: " + ORIGIN.encode()
    yield Case(
        name="cors: two Origin headers",
        sent=lambda world: world.read(own, b"Origin: https://evil.example", world.good()),
        gateway=200,
        api=200,
        passes=True,
        harmless="whoever has a token may read; the browser keeps the answer from the page",
        never=ALLOWED,
    )
    yield Case(
        name="cors: credentials for an allowed origin",
        sent=lambda world: world.read(own, b"Cookie: session=1", world.good()),
        gateway=200,
        api=200,
        passes=True,
        harmless="the origin is allowed, cookies are not",
        never=CREDENTIALS,
    )
    yield Case(
        name="cors: refused read of an allowed origin",
        sent=lambda world: world.read(own),
        gateway=401,
        api=401,
    )
    yield Case(
        name="cors: preflight of an internal path",
        sent=lambda _: request("OPTIONS", "/metrics", own, *ASKS),
        gateway=200,
        api=204,
        harmless="it says what may be asked, not what there is",
        never=CREDENTIALS,
    )
    yield Case(
        name="cors: OPTIONS that is no preflight",
        sent=lambda world: request("OPTIONS", f"/recipe/{world.recipe}", own),
        gateway=204,
        api=204,
        harmless="it names the methods of a path, which are no secret, and does nothing",
    )
