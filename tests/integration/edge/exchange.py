"""Requests as the exact bytes that an attacker sends, and the answers as they come back."""

import re
import socket
from dataclasses import dataclass

import msgspec

PATIENCE_SECONDS = 30.0
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back until the other side closed, or said that it was all."""

    raw: bytes

    @property
    def status(self) -> int:
        """Return the first answer's status; 0 where the connection was closed without a word."""
        found = _STATUS_LINE.match(self.raw)
        return int(found[1]) if found else 0

    @property
    def count(self) -> int:
        """Return how many answers there are: more than one is a smuggled request."""
        return len(_STATUS_LINE.findall(self.raw))

    def header(self, name: str) -> str:
        """Return a header's values, joined; empty when there is none."""
        head = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")
        fields = (line.partition(":") for line in head.split("\r\n")[1:])
        return ", ".join(value.strip() for field, _, value in fields if field.lower() == name)

    @property
    def problem_type(self) -> str:
        """Return the type of the problem in the body; empty when it is none."""
        if self.header("content-type") != "application/problem+json":
            return ""
        body = self.raw.partition(b"\r\n\r\n")[2]
        return str(msgspec.json.decode(body, type=dict[str, object])["type"])


def request(method: str, target: str, *headers: bytes, body: bytes = b"") -> bytes:
    """Write a request; a header is a whole line without its end, sent as it stands."""
    lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), b"Host: kondate", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def bearer(token: str | bytes) -> bytes:
    """Write the header that carries a token, whatever its text."""
    text = token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass")
    return b"Authorization: Bearer " + text


def send(port: int, sent: bytes) -> Answer:
    """Send exactly these bytes; a connection cut while they are sent has still an answer to read."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        try:
            connection.sendall(sent)
            while not _is_whole(answer) and (piece := connection.recv(65_536)):
                answer += piece
        except ConnectionError:
            pass
    return Answer(answer)


def _is_whole(answer: bytes) -> bool:
    head, ended, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    # Only a server that goes on talking tells of a smuggled request, so an answer must say that it is the last.
    return bool(ended and length and len(body) >= int(length[1]) and b"connection: close" in head.lower())
