"""What stands around a gateway under test: an API that tells what reached it, and a server of real keys."""

import json
import queue
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from entrypoints.edge import Cost, Edge, EdgeRoute, Exposure
from entrypoints.settings import Settings
from tests.support.tokens import AUDIENCE, ISSUER, TestIssuer

ORIGIN = "https://app.example"
SCOPES = "recipe:read recipe:write report:generate"


def route(name: str, template: str, *methods: str, edge: Edge) -> EdgeRoute:
    """Declare one route."""
    return EdgeRoute(name=name, template=template, methods=frozenset(methods), edge=edge)


def scoped(*scopes: str) -> Edge:
    """Return the policy of a route that asks for these scopes and nothing else."""
    return Edge(scopes=frozenset(scopes))


READ, WRITE, REPORT = "recipe:read", "recipe:write", "report:generate"
ROUTES = (
    route("read_recipe", "/recipe/{recipe_id}", "GET", edge=scoped(READ)),
    route("replace_recipe", "/recipe/{recipe_id}", "PUT", edge=replace(scoped(WRITE), body_limit_bytes=1_000)),
    route("list_recipes", "/recipes", "GET", edge=scoped(READ)),
    route("add_recipe", "/recipes", "POST", edge=scoped(READ, WRITE)),
    route(
        "import_recipes",
        "/import-recipes",
        "POST",
        edge=replace(scoped(WRITE), upload_seconds=300, body_limit_bytes=67_108_864),
    ),
    route("generate_report", "/generate-report", "POST", edge=replace(scoped(REPORT), cost=Cost.HEAVY)),
    route("read_job", "/jobs/{job_id}", "GET", edge=Edge(timeout_seconds=0.5)),
    route("job_stats", "/jobs/stats", "GET", edge=Edge()),
    route("cancel_job", "/jobs/{job_id}/cancel", "POST", edge=Edge(timeout_seconds=0.5)),
    route("follow_job", "/jobs/{job_id}/events", "GET", edge=Edge(timeout_seconds=0.5, streams=True)),
    route("console", "/console", "GET", edge=Edge(roles=frozenset({"operator"}))),
    route("docs", "/docs", "GET", edge=Edge(exposure=Exposure.PUBLIC)),
    route("ready", "/readyz", "GET", edge=Edge(exposure=Exposure.INTERNAL)),
)


@dataclass
class Upstream:
    """An API replica that answers with what it received; the query chooses its behaviour.

    `status`, `wait` (seconds), `pad` (bytes more), `etag`. A path that ends in `/events` is a stream of events, the
    second of which waits until `told` is set.
    """

    port: int = 0
    told: threading.Event = field(default_factory=threading.Event)
    received: list[str] = field(default_factory=list)
    ready: bool = True

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    """Serve an upstream on a free port."""
    upstream = Upstream()
    with _serving(_upstream_handler(upstream)) as port:
        upstream.port = port
        yield upstream


@contextmanager
def running_key_server(issuer: TestIssuer) -> Iterator[str]:
    """Publish the issuer's keys and return where."""
    with _serving(_key_handler(issuer)) as port:
        yield f"http://127.0.0.1:{port}/keys"


@contextmanager
def running_collector(exports: queue.Queue[bytes]) -> Iterator[str]:
    """Take spans by OTLP/HTTP, put each export into the queue, and return where."""
    with _serving(_collector_handler(exports)) as port:
        yield f"http://127.0.0.1:{port}"


def settings_for(key_set_url: str, *upstreams: Upstream) -> Settings:
    """Return settings for a gateway before these parts."""
    return Settings(
        database_url="postgresql://unused",
        issuer=ISSUER,
        jwks_url=key_set_url,
        audience=(AUDIENCE,),
        gateway_upstreams=tuple(upstream.address for upstream in upstreams),
        cors_origins=(ORIGIN, "http://localhost:3000"),
        rate_address_burst=10_000,
    )


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries the token."""
    return {"Authorization": f"Bearer {token}"}


def exchange(port: int, request: bytes, *, wait_seconds: float = 10) -> bytes:
    """Send exactly these bytes and return all that comes back until the gateway closes or falls silent."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=wait_seconds) as connection:
        connection.sendall(request)
        while b"\r\n\r\n" not in answer or not _is_whole(answer):
            piece = connection.recv(65_536)
            if not piece:
                break
            answer += piece
    return answer


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return length is not None and len(body) >= int(length[1])


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Report what went wrong, unless it is only that the gateway hung up on a late answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the base names its socket type


class _QuietHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fake"
    wbufsize = -1  # Head and body in one packet, or each answer waits for an acknowledgement.

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the pieces of a chunked body; Envoy sends its spans so."""
        while length := int(self._line(), 16):
            yield self.rfile.read(length)
            self._line()
        self._line()

    def _line(self) -> bytes:
        if not (line := self.rfile.readline()):
            raise ConnectionAbortedError
        return line

    def stream(self, told: threading.Event) -> None:
        """Send one event, then a second when it is time."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in (b"data: " + b"first " * 500 + b"\n\n", b"data: second\n\n"):
            self.wfile.write(event)
            self.wfile.flush()
            told.wait(30)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Send one whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _upstream_handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(_QuietHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if target.path == "/readyz/traffic":
                self.answer(200 if upstream.ready else 503, b"")
                return
            # An answer before the whole request is there would race with the gateway's own.
            is_chunked = self.headers.get("Transfer-Encoding") == "chunked"
            body = (
                b"".join(self.chunks()) if is_chunked else self.rfile.read(int(self.headers.get("Content-Length", "0")))
            )
            upstream.received.append(f"{self.command} {target.path}")
            asked = {name: values[0] for name, values in parse_qs(target.query).items()}
            threading.Event().wait(float(asked.get("wait", "0")))
            if target.path.endswith("/events"):
                self.stream(upstream.told)
                return
            told = {"path": self.path, "body": len(body), "headers": [[k.lower(), v] for k, v in self.headers.items()]}
            tagged = {"ETag": f'"{asked["etag"]}"'} if "etag" in asked else {}
            if "shared" in asked:
                tagged["X-Envoy-Ratelimited"] = "true"
            self.answer(
                int(asked.get("status", "200")),
                json.dumps(told | {"pad": "x" * int(asked.get("pad", "0"))}).encode(),
                Content_Type="application/json",
                Via="inside",
                **tagged,
            )

        do_HEAD = do_GET  # noqa: N815 (the base class looks for this name)
        do_POST = do_GET  # noqa: N815 (the base class looks for this name)
        do_PUT = do_GET  # noqa: N815 (the base class looks for this name)
        do_OPTIONS = do_GET  # noqa: N815 (the base class looks for this name)

    return Handler


def _key_handler(issuer: TestIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(_QuietHandler):
        def do_GET(self) -> None:
            self.answer(200, issuer.document(), Content_Type="application/json")

    return Handler


def _collector_handler(exports: queue.Queue[bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(_QuietHandler):
        def do_POST(self) -> None:
            exports.put(b"".join(self.chunks()))
            self.answer(200, b"", Content_Type="application/x-protobuf")

    return Handler
