"""Webhooks over real sockets: nobody is asked who was not looked at, and nobody can keep us waiting."""

import asyncio
import contextlib
import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.memory.telemetry import RecordingTelemetry
from adapters.webhooks.names import look_up
from adapters.webhooks.sender import HttpWebhookSender
from application.ports.webhooks import Sent
from domain.delivery import AttemptOutcome
from domain.webhook_target import TargetRules
from tests.support.contracts.webhook_sender import WebhookSenderContract
from tests.support.fakes import FixedClock
from tests.support.receiver import Receiver, receiving
from tests.support.webhooks import AT, outgoing_to

NAME = "hooks.kondate.dev"
LOCAL = TargetRules(is_local=True)
UNREACHABLE = Sent(outcome=AttemptOutcome.UNREACHABLE)


@dataclass
class Names:
    """A resolver that can be told where names lead."""

    leads: dict[str, Sequence[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def look_up(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.leads:
            raise OSError("no such name")
        return self.leads[host]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def a_sender(
    names: Names | None = None, *, tls: ssl.SSLContext | None = None, seconds: float = 30
) -> HttpWebhookSender:
    """Return a sender that may tell this machine."""
    look = (names or Names()).look_up
    return HttpWebhookSender(LOCAL, FixedClock(AT), RecordingTelemetry(), names=look, tls=tls, timeout_seconds=seconds)


class TestHttpWebhookSender(WebhookSenderContract):
    """Sending over HTTP."""

    @pytest.fixture(autouse=True)
    async def parts(self, receiver: Receiver) -> None:
        self.receiver, self.names, telemetry = receiver, Names(), RecordingTelemetry()
        self.url = receiver.url
        self.local = HttpWebhookSender(LOCAL, self.clock, telemetry, names=self.names.look_up)
        self.remote = HttpWebhookSender(TargetRules(is_local=False), self.clock, telemetry, names=self.names.look_up)

    def answer(self, status: int, *, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {"Location": self.url}
        self.receiver.answers.append(web.Response(status=status, headers=headers))

    def received(self) -> Sequence[tuple[str | None, bytes]]:
        return [(message.headers.get("webhook-id"), message.body) for message in self.receiver.received]

    def lead(self, name: str, *addresses: str) -> None:
        self.names.leads[name] = addresses


async def test_a_name_is_looked_up_once_and_the_checked_address_is_asked_by_that_name(receiver: Receiver) -> None:
    names = Names({NAME: ["127.0.0.1"]})
    url = f"http://{NAME}:{receiver.port}/in?a=%20b&c=/d"
    assert (await a_sender(names).send(outgoing_to(url))).outcome is AttemptOutcome.DELIVERED
    assert names.asked == [NAME]
    [message] = receiver.received
    assert (message.headers["host"], message.path) == (f"{NAME}:{receiver.port}", "/in?a=%20b&c=/d")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("999999999999", 999_999_999),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tue, 24 Nov 2026 12:01:30", 0),
        ("soon", 0),
        ("-5", 0),
        ("٣", 0),
        ("Tue, 24 Nov 99999 12:01:30 GMT", 0),
    ],
)
async def test_retry_after_is_read_in_both_its_forms(receiver: Receiver, value: str, seconds: float) -> None:
    receiver.answers.append(web.Response(status=503, headers={"Retry-After": value}))
    assert (await a_sender().send(outgoing_to(receiver.url))).retry_after_seconds == seconds


async def test_a_target_that_does_not_answer_is_left_in_time() -> None:
    async with silent() as port:
        sent = await a_sender(seconds=0.2).send(outgoing_to(f"http://127.0.0.1:{port}/"))
    assert sent == UNREACHABLE


async def test_an_answer_that_never_ends_is_not_listened_to() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sent = await a_sender().send(outgoing_to(f"http://127.0.0.1:{port}/"))
    assert sent.outcome is AttemptOutcome.DELIVERED


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000])
async def test_an_answer_that_is_none_is_no_answer(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            writer.write(answer)
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await a_sender().send(outgoing_to(f"http://127.0.0.1:{port}/")) == UNREACHABLE


async def test_nobody_there_and_no_such_name_are_no_answer() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert await a_sender().send(outgoing_to(f"http://127.0.0.1:{port}/")) == UNREACHABLE
    assert await a_sender().send(outgoing_to(f"https://{NAME}/")) == UNREACHABLE


async def test_every_try_is_counted_by_what_came_of_it(receiver: Receiver) -> None:
    telemetry = RecordingTelemetry()
    sender = HttpWebhookSender(LOCAL, FixedClock(AT), telemetry)
    await sender.send(outgoing_to(receiver.url))
    await sender.send(outgoing_to("https://10.0.0.1/"))
    counted = [telemetry.counted("webhook_deliveries", outcome=outcome.value) for outcome in AttemptOutcome]
    assert dict(zip(AttemptOutcome, counted, strict=True)) == {
        **dict.fromkeys(AttemptOutcome, 0),
        AttemptOutcome.DELIVERED: 1,
        AttemptOutcome.FORBIDDEN: 1,
    }


@pytest.mark.parametrize(("certified", "outcome"), [(NAME, AttemptOutcome.DELIVERED), ("other.kondate.dev", None)])
async def test_a_certificate_must_be_that_of_the_name(
    tmp_path: Path, certified: str, outcome: AttemptOutcome | None
) -> None:
    server, trust = certificate_of(certified, tmp_path)
    async with receiving(tls=server) as receiver:
        names = Names({NAME: ["127.0.0.1"]})
        sent = await a_sender(names, tls=trust).send(outgoing_to(f"https://{NAME}:{receiver.port}/in"))
    assert sent.outcome is (outcome or AttemptOutcome.UNREACHABLE)
    assert len(receiver.received) == (1 if outcome else 0)


async def test_the_systems_resolver_knows_this_machine_and_not_what_there_is_not() -> None:
    assert {"127.0.0.1", "::1"} & set(await look_up("localhost"))
    with pytest.raises(OSError, match=r".+"):
        await look_up("no-such-name.invalid")


@contextlib.asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """Give the port of a server that accepts and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def certificate_of(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what serves a certificate of this name, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 (certificates are judged by the real clock)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))
