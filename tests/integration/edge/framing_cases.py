"""Framings that end a request in one place for the gateway and in another for the API, and sizes beyond all."""

from collections.abc import Callable, Iterator

from tests.integration.edge.cases import Case, World
from tests.integration.edge.exchange import request

JSON = b"Content-Type: application/json"
TOO_LONG = 20_000


def framing_cases() -> tuple[Case, ...]:
    """Return every case."""
    return (*_framing(), *_sizes())


def _framing() -> Iterator[Case]:
    """Request smuggling: a body that ends in one place for the gateway and in another for the API."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: kondate\r\n\r\n"
    framings: dict[str, tuple[bytes, ...]] = {
        "both lengths": (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        "both lengths, chunked first": (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        "two lengths": (b"Content-Length: 5", b"Content-Length: 6"),
        "two lengths in one": (b"Content-Length: 5, 6",),
        "length with a sign": (b"Content-Length: +5",),
        "negative length": (b"Content-Length: -5",),
        "length in hexadecimal": (b"Content-Length: 0x5",),
        "unknown encoding": (b"Transfer-Encoding: xchunked",),
        "chunked not last": (b"Transfer-Encoding: chunked, identity",),
        "tab before chunked": (b"Transfer-Encoding:\tchunked", b"Content-Length: 5"),
        "folded encoding": (b"Transfer-Encoding:\r\n chunked", b"Content-Length: 5"),
        "space before the colon": (b"Transfer-Encoding : chunked", b"Content-Length: 5"),
    }
    for name, lines in framings.items():
        yield Case(name=f"framing: {name}", sent=_post(lines, b"0\r\n\r\n" + hidden), gateway=400, api=400)
    chunked = (b"Transfer-Encoding: chunked",)
    bodies = {
        "chunk size with a sign": b"+5\r\nhello\r\n0\r\n\r\n",
        "chunk size in words": b"five\r\nhello\r\n0\r\n\r\n",
        "chunk size beyond all": b"ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    }
    for name, body in bodies.items():
        yield Case(name=f"framing: {name}", sent=_post(chunked, body), gateway=400, api=400)
    yield Case(
        name="framing: HTTP/1.0",
        sent=lambda world: world.read(world.good()).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        gateway=426,
        api=200,
        harmless="the inside may speak it",
    )
    yield Case(
        name="framing: HTTP/3.7",
        sent=lambda world: world.read(world.good()).replace(b"HTTP/1.1", b"HTTP/3.7", 1),
        gateway=426,
        api=400,
    )
    yield Case(name="framing: no HTTP", sent=lambda _: b"\x16\x03\x01\x02\x00\x01\r\n\r\n", gateway=400, api=400)


def _sizes() -> Iterator[Case]:
    yield Case(
        name="size: one header",
        sent=lambda world: world.read(b"X-Any: " + b"x" * TOO_LONG, world.good()),
        gateway=431,
        api=200,
        harmless="the gateway is what bounds headers together; the API's own bound is higher",
    )
    yield Case(
        name="size: eighty headers",
        sent=lambda world: world.read(*(b"X-Any-%d: a" % number for number in range(80)), world.good()),
        gateway=431,
        api=200,
        harmless="the gateway is what bounds their number",
    )
    yield Case(
        name="size: path",
        sent=lambda world: request("GET", "/recipe/" + "x" * TOO_LONG, world.good()),
        gateway=431,
        api=404,
    )
    yield Case(
        name="size: body by its length",
        sent=lambda world: request(
            "POST", "/recipes", JSON, world.good(), b"Content-Length: 300000", body=b" " * 300_000
        ),
        gateway=413,
        api=413,
    )
    yield Case(
        name="size: body in chunks",
        sent=_post((b"Transfer-Encoding: chunked",), b"10000\r\n" + b" " * 65_536 + b"\r\n", times=5),
        gateway=413,
        api=413,
    )


def _post(lines: tuple[bytes, ...], body: bytes, *, times: int = 1) -> Callable[[World], bytes]:
    return lambda world: request("POST", "/recipes", JSON, world.good(), *lines, body=body * times)
