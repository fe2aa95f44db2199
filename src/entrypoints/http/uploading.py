"""Large bodies of lines: received piece by piece, kept part by part, so that memory does not grow with them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.exceptions import InternalServerException

from application.ports.clock import IdFactory
from application.ports.imports import UploadStore
from domain.recipe_import import LONGEST_LINE_BYTES, MOST_LINES, Upload, UploadPart
from entrypoints.http.faults import RequestError, UnsupportedMediaTypeError

MEDIA_TYPE = "application/x-ndjson"
PART_BYTES = LONGEST_LINE_BYTES
CUT_OFF_BYTES = LONGEST_LINE_BYTES + 1
"""Of a line that is too long, so much is kept: enough to see that it is."""


class NotLinesError(UnsupportedMediaTypeError):
    """The body is in a format or encoding that this route does not take."""

    detail = f"This route takes {MEDIA_TYPE} in UTF-8, not encoded further."


class TooManyLinesError(RequestError):
    """More lines than one import may have."""

    code = "content-too-large"
    status = 413
    detail = f"An import has at most {MOST_LINES:,} lines."


class BrokenOffError(RequestError):
    """The client went away before the end of its body; nobody is there to read this."""

    detail = "The body ended before its end."


@dataclass(frozen=True, slots=True)
class Received:
    """An upload that is finished, and a digest of its bytes as they came."""

    upload: Upload
    digest: bytes


class PartCutter:
    """Cuts a stream of bytes at line ends; holds little more than one part, however long a line is."""

    def __init__(self) -> None:
        """Begin before the first line."""
        self.lines = 0
        self._waiting = bytearray()
        self._first_line = 1
        self._drops_line = False

    def add(self, piece: bytes) -> Iterator[UploadPart]:
        """Take the next bytes and yield the parts that are full."""
        if self._drops_line:
            end = piece.find(b"\n")
            if end < 0:
                return
            piece, self._drops_line = piece[end + 1 :], False
        self._waiting += piece
        while len(self._waiting) > PART_BYTES:
            end = self._waiting.rfind(b"\n", 0, CUT_OFF_BYTES)
            yield self._cut(end + 1) if end >= 0 else self._cut_too_long()

    def end(self) -> Iterator[UploadPart]:
        """Yield what is left."""
        if self._waiting:
            yield self._part(bytes(self._waiting), lines=self._waiting.count(b"\n") + (self._waiting[-1:] != b"\n"))

    def _cut(self, size: int) -> UploadPart:
        body = bytes(self._waiting[:size])
        del self._waiting[:size]
        return self._part(body, lines=body.count(b"\n"))

    def _cut_too_long(self) -> UploadPart:
        """Return the beginning of a line that is longer than any may be, and drop the rest of it."""
        body = bytes(self._waiting[:CUT_OFF_BYTES]) + b"\n"
        end = self._waiting.find(b"\n")
        self._drops_line = end < 0
        del self._waiting[: end + 1 if end >= 0 else len(self._waiting)]
        return self._part(body, lines=1)

    def _part(self, body: bytes, *, lines: int) -> UploadPart:
        part = UploadPart(self._first_line, body)
        self._first_line += lines
        self.lines += lines
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Receives uploads."""

    store: UploadStore
    ids: IdFactory

    async def receive(self, request: Request[Any, Any, Any], owner: str) -> Received:
        """Keep the body as an upload; of a body that is refused or breaks off nothing stays."""
        _check_form(request)
        upload_id = self.ids.new()
        await self.store.begin(upload_id, owner=owner)
        try:
            return await self._kept(request, upload_id, owner)
        except InternalServerException as error:  # how Litestar says that the client has gone
            await self.store.discard(upload_id)
            raise BrokenOffError from error
        except BaseException:
            await self.store.discard(upload_id)
            raise

    async def _kept(self, request: Request[Any, Any, Any], upload_id: UUID, owner: str) -> Received:
        cutter, digest, parts = PartCutter(), hashlib.sha256(), 0
        async for piece in request.stream():
            digest.update(piece)
            for part in cutter.add(piece) if piece else cutter.end():  # the stream ends with an empty piece
                await self.store.add(upload_id, parts, part)
                parts += 1
            if cutter.lines > MOST_LINES:
                raise TooManyLinesError
        upload = Upload(id=upload_id, owner=owner, lines=cutter.lines, parts=parts)
        await self.store.finish(upload)
        return Received(upload, digest.digest())


def _check_form(request: Request[Any, Any, Any]) -> None:
    media_type, parameters = request.content_type
    is_plain = parameters.get("charset", "utf-8").lower() == "utf-8" and "content-encoding" not in request.headers
    if media_type != MEDIA_TYPE or not is_plain:
        raise NotLinesError
