"""Which form of a report a client gets: by Accept (RFC 9110, section 12.5.1), each with an ETag of its own."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar.datastructures import Accept
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

from application.ports.reads import Document
from entrypoints.http.conditional import CACHE_CONTROL, etag_of, is_known
from entrypoints.http.faults import NotAcceptableError
from entrypoints.http.representations.csv_table import csv_parts
from entrypoints.http.representations.ndjson_lines import ndjson_parts
from entrypoints.http.representations.page import CONTENT_SECURITY_POLICY, page_parts

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: how it is made of the stored JSON, and what its answer says beside it.

    `edition` is counted up whenever the same report comes out differently, so that no browser keeps the old form.
    """

    parts: Callable[[Mapping[str, Any]], Iterator[bytes]]
    media_type: str
    edition: str
    headers: Mapping[str, str] = field(default_factory=dict)


FORMS: Mapping[str, Form] = {
    "text/html": Form(
        parts=page_parts,
        media_type="text/html; charset=utf-8",
        edition="html-1",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    ),
    "text/csv": Form(
        parts=csv_parts,
        media_type="text/csv; charset=utf-8; header=present",
        edition="csv-1",
        headers={"Content-Disposition": 'attachment; filename="report.csv"'},
    ),
    "application/x-ndjson": Form(parts=ndjson_parts, media_type="application/x-ndjson", edition="ndjson-1"),
}


def chosen_form(accept: str | None) -> str:
    """Return the media type that a client likes best, JSON when it does not mind; raise NotAcceptableError for none."""
    wished = Accept(accept or "*/*")
    best = wished.best_match([JSON, *FORMS])
    if best is None:
        raise NotAcceptableError([JSON, *FORMS])
    return best


def report_answer(document: Document, media_type: str, if_none_match: str | None) -> ASGIResponse:
    """Return the report in that form, sent in parts; 304 when the client has just this."""
    form = FORMS.get(media_type)
    etag = etag_of(document.version, form.edition if form else "")
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept"}
    if if_none_match is not None and is_known(etag, if_none_match):
        return ASGIResponse(body=b"", status_code=304, headers=headers)
    if form is None:
        return ASGIResponse(body=document.body, media_type=JSON, headers=headers)
    parts = form.parts(msgspec.json.decode(document.body))
    return ASGIStreamingResponse(iterator=_each(parts), media_type=form.media_type, headers={**headers, **form.headers})


async def _each(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
