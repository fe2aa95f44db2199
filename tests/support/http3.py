"""A client of HTTP/3 that minds its server: it opens another connection when it is told to go."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import FrameType, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import QuicEvent

ANSWER_SECONDS = 30.0


@dataclass
class Answer:
    """What came back on one stream."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def status(self) -> int:
        """Return the status."""
        return int(self.headers[":status"])


class Http3Connection(QuicConnectionProtocol):
    """One connection; `is_told_to_go` once its server wants no more requests on it."""

    def __init__(self, quic: QuicConnection) -> None:
        super().__init__(quic)
        self._http = _MindfulConnection(quic)
        self._answers: dict[int, Answer] = {}

    @property
    def is_told_to_go(self) -> bool:
        """Tell whether the server has sent GOAWAY."""
        return self._http.is_told_to_go

    async def ask(self, path: str, headers: Mapping[str, str], method: str = "GET") -> Answer:
        """Send a request without a body and wait for its whole answer."""
        stream = self._quic.get_next_available_stream_id()
        told = {":method": method, ":scheme": "https", ":authority": "kondate", ":path": path, **headers}
        lines = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        answer = self._answers[stream] = Answer()
        self._http.send_headers(stream, lines, end_stream=True)
        self.transmit()
        async with asyncio.timeout(ANSWER_SECONDS):
            await answer.whole.wait()
        return answer

    def quic_event_received(self, event: QuicEvent) -> None:
        """Take what came in to the answer it belongs to."""
        for each in self._http.handle_event(event):
            if isinstance(each, HeadersReceived):
                answer = self._answers[each.stream_id]
                answer.headers = {name.decode(): value.decode() for name, value in each.headers}
            elif isinstance(each, DataReceived):
                answer = self._answers[each.stream_id]
                answer.body += each.data
            else:
                continue
            if each.stream_ended:
                answer.whole.set()


@asynccontextmanager
async def http3_connection(port: int, trusted: Path) -> AsyncIterator[Http3Connection]:
    """Connect to a loopback port whose certificate these roots vouch for."""
    configuration = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name="127.0.0.1")
    configuration.load_verify_locations(str(trusted))
    async with connect(
        "127.0.0.1", port, configuration=configuration, create_protocol=lambda quic, **_: Http3Connection(quic)
    ) as protocol:
        assert isinstance(protocol, Http3Connection)
        yield protocol


class _MindfulConnection(H3Connection):
    """aioquic reads past GOAWAY; this remembers that it came."""

    is_told_to_go = False

    def _check_control_frame_type(self, frame_type: int) -> None:
        self.is_told_to_go |= frame_type == FrameType.GOAWAY
        super()._check_control_frame_type(frame_type)
