"""Paths, headers, hosts and methods that mean one thing to one reader and another to the next."""

from collections.abc import Callable, Iterator

from tests.integration.edge.cases import MARK, Case, World
from tests.integration.edge.exchange import request

OK = 200
SPOOFED = (
    b"Forwarded: for=" + MARK,
    b"X-Forwarded-For: " + MARK,
    b"X-Forwarded-Host: " + MARK,
    b"X-Forwarded-Client-Cert: " + MARK,
    b"X-Forwarded-User: " + MARK,
    b"X-Real-IP: " + MARK,
    b"True-Client-IP: " + MARK,
    b"X-User: " + MARK,
    b"X-User-Id: " + MARK,
    b"X-Sub: " + MARK,
    b"X-Roles: " + MARK,
    b"X-Scope: " + MARK,
    b"X-Auth-Request-User: " + MARK,
    b"X-Jwt-Payload: " + MARK,
    b"X-Kondate-Subject: " + MARK,
    b"X-Envoy-Original-Path: /" + MARK,
    b"X-Envoy-Upstream-Rq-Timeout-Ms: " + MARK,
    b"X-Original-URL: /" + MARK,
    b"X-Rewrite-URL: /" + MARK,
    b"X-HTTP-Method-Override: " + MARK,
    b"X-Method-Override: " + MARK,
    b"traceparent: 00-" + MARK,
)


def request_cases() -> tuple[Case, ...]:
    """Return every case."""
    return (*_paths(), *_headers(), *_hosts(), *_methods())


def _paths() -> Iterator[Case]:
    """Paths with a good token: what one layer cleans and the other does not must not change who is asked for what."""
    cleaned = {
        "doubled slash": "//recipe/{id}",
        "doubled slash inside": "/recipe//{id}",
        "dot segment": "/recipe/./{id}",
        "dot-dot segment": "/recipe/x/../{id}",
        "encoded dot-dot": "/recipe/x/%2e%2e/{id}",
        "encoded dot-dot in capitals": "/recipe/x/%2E%2E/{id}",
        "half-encoded dot-dot": "/recipe/x/.%2e/{id}",
        "from the docs": "/docs/../recipe/{id}",
    }
    for name, target in cleaned.items():
        yield Case(
            name=f"path: {name}",
            sent=_get(target),
            gateway=200,
            api=404,
            passes=True,
            harmless="the gateway judges and forwards the cleaned path, under its own policy",
        )
    for name, target in cleaned.items():
        yield Case(name=f"path: {name}, no token", sent=_get(target, good=False), gateway=401, api=404)
    nowhere = {
        "trailing slash": "/recipe/{id}/",
        "capitals": "/RECIPE/{id}",
        "encoded twice": "/recipe/x%252f..%252f{id}",
        "semicolon segment": "/recipe/..;/metrics",
        "path parameter": "/recipe/{id};v=1",
        "id in braces": "/recipe/{{{id}}}",
        "id as a URN": "/recipe/urn:uuid:{id}",
        "id without dashes": "/recipe/00000000000000000000000000000000",
        "traversal to the metrics": "/recipe/../../metrics",
        "encoded traversal to the metrics": "/%2e%2e/metrics",
    }
    for name, target in nowhere.items():
        yield Case(name=f"path: {name}", sent=_get(target), gateway=404, api=404)
    for name, target in {
        "encoded slash": "/recipe%2f{id}",
        "encoded slash in capitals": "/recipe%2F{id}",
        "encoded backslash": "/recipe%5c{id}",
        "traversal by encoded slashes": "/recipe/..%2f..%2fmetrics",
    }.items():
        yield Case(name=f"path: {name}", sent=_get(target), gateway=400, api=404)
    yield Case(name="path: star", sent=_get("*"), gateway=400, api=404)
    yield Case(name="path: encoded NUL", sent=_get("/recipe/{id}%00"), gateway=400, api=404)
    yield Case(name="path: encoded line break", sent=_get("/recipe/{id}%0d%0aX-Role:%20operator"), gateway=404, api=404)
    yield Case(name="path: NUL in the query", sent=_get("/recipe/{id}?a=%00"), gateway=400, api=400, passes=True)
    for internal in ("/metrics", "/healthz", "/readyz/traffic"):
        yield Case(
            name=f"path: internal {internal}",
            sent=_get(internal),
            gateway=404,
            api=200,
            harmless="the API's own port is for the inside; the gateway knows no such path",
        )


def _headers() -> Iterator[Case]:
    """What a request says of itself: none of it reaches the API, and none of it changes the answer."""
    for line in SPOOFED:
        yield Case(
            name=f"header: spoofed {line.partition(b':')[0].decode()}",
            sent=lambda world, line=line: world.read(line, world.good()),  # type: ignore[misc]
            gateway=200,
            api=200,
            passes=True,
            harmless="the header is dropped by the gateway and read by nobody",
        )
        yield Case(
            name=f"header: spoofed {line.partition(b':')[0].decode()}, no token",
            sent=lambda world, line=line: world.read(line),  # type: ignore[misc]
            gateway=401,
            api=401,
        )
    yield Case(
        name="header: identity with an underscore",
        sent=lambda world: world.read(b"X_User: " + MARK, world.good()),
        gateway=400,
        api=200,
        harmless="the API reads no identity header, however it is spelt",
    )
    for name, value in {
        "script": b"<script>",
        "short": b"x",
        "long": b"x" * 300,
        "with a line": b"abcdefgh%0a",
    }.items():
        yield Case(
            name=f"header: request id, {name}",
            sent=lambda world, value=value: world.read(b"X-Request-ID: " + value, world.good()),  # type: ignore[misc]
            gateway=400,
            api=200,
            harmless="the API makes an id of its own in place of one that it cannot read",
        )
    bad_lines = {
        "NUL in a value": b"X-Any: a\0b",
        "name with a space": b"X Any: a",
        "space before the colon": b"X-Any : a",
        "empty name": b": a",
        "control character": b"X-Any: a\x01b",
    }
    for name, line in bad_lines.items():
        yield Case(
            name=f"header: {name}",
            sent=lambda world, line=line: world.read(line, world.good()),  # type: ignore[misc]
            gateway=400,
            api=400,
        )


def _hosts() -> Iterator[Case]:
    hosts = {
        "two": (b"Host: kondate\r\nHost: evil.example", 200),
        "none": (b"X-No-Host: 1", 200),
        "with userinfo": (b"Host: kondate@evil.example", 200),
        "with a path": (b"Host: kondate/metrics", 400),
        "with a comma": (b"Host: kondate, evil.example", 400),
        "with a space": (b"Host: kondate evil.example", 400),
    }
    for name, (line, status) in hosts.items():
        yield Case(
            name=f"host: {name}",
            sent=lambda world, line=line: world.read(world.good()).replace(b"Host: kondate", line, 1),  # type: ignore[misc]
            gateway=400,
            api=status,
            harmless="the API asks for no host and writes none into its answers" if status == OK else "",
        )
    yield Case(
        name="host: absolute target of another",
        sent=_get("http://evil.example/recipe/{id}"),
        gateway=200,
        api=200,
        passes=True,
        harmless="one virtual host: the name decides nothing",
    )


def _methods() -> Iterator[Case]:
    for method, status in {"TRACE": 405, "PATCH": 405, "PROPFIND": 405, "CONNECT": 400}.items():
        yield Case(
            name=f"method: {method}",
            sent=lambda world, method=method: request(method, f"/recipe/{world.recipe}", world.good()),  # type: ignore[misc]
            gateway=status,
            api=405,
        )
    yield Case(name="method: in lower case", sent=_get("/recipe/{id}", method="get"), gateway=400, api=400)
    yield Case(
        name="method: override of a POST",
        sent=lambda world: request("POST", f"/recipe/{world.recipe}", world.good(), b"X-HTTP-Method-Override: GET"),
        gateway=405,
        api=405,
    )
    yield Case(
        name="method: upgrade to WebSocket",
        sent=lambda world: world.read(world.good()).replace(
            b"Connection: close", b"Connection: close, Upgrade\r\nUpgrade: websocket", 1
        ),
        gateway=403,
        api=200,
        harmless="the API does not know how to upgrade, and answers the plain request",
    )


def _get(target: str, *, good: bool = True, method: str = "GET") -> Callable[[World], bytes]:
    return lambda world: request(method, target.format(id=world.recipe), *([world.good()] if good else []))
