"""Answers that pass a stored document through, and need not send it again (RFC 9110, section 13)."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse

from application.ports.reads import Document
from domain.errors import StaleVersionError
from entrypoints.http.faults import PreconditionRequiredError

# A version is the same in each of its forms, whichever was read.
VERSION_TAG = re.compile(r'"([1-9][0-9]{0,8})(?:-[a-z]+)?"')
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
CACHE_CONTROL = "private, max-age=0, must-revalidate"


def document_answer(
    document: Document,
    if_none_match: str | None,
    *,
    media_type: str = "application/json",
    form: str = "",
    vary: str | None = None,
    more_headers: Mapping[str, str] = NO_HEADERS,
) -> ASGIResponse:
    """Return 200 with the bytes as they are stored, or 304 when the client has them already."""
    etag = etag_of(document.version, form)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, **more_headers}
    if vary is not None:
        headers["Vary"] = vary
    if if_none_match is not None and is_known(etag, if_none_match):
        return ASGIResponse(body=b"", status_code=304, headers=headers)
    return ASGIResponse(body=document.body, media_type=media_type, headers=headers)


def expected_version(request: Request[Any, Any, Any]) -> int | None:
    """Return the version that If-Match means, None for any.

    Raises PreconditionRequiredError without one, StaleVersionError for a tag that no version of ours has: a weak one,
    or one that somebody else made up.
    """
    condition = request.headers.get("if-match")
    if condition is None:
        raise PreconditionRequiredError
    if condition.strip() == "*":
        return None
    found = VERSION_TAG.fullmatch(condition.strip())
    if found is None:
        raise StaleVersionError("If-Match is not the ETag of one version of this resource.")
    return int(found[1])


def etag_of(version: str, form: str = "") -> str:
    """Return the strong tag of a version, in a form of its own where there are several."""
    opaque = version if version.isdecimal() else hashlib.sha256(version.encode()).hexdigest()[:16]
    return f'"{opaque}-{form}"' if form else f'"{opaque}"'


def is_known(etag: str, condition: str) -> bool:
    """Tell whether If-None-Match names this tag; compared weakly: a `W/` in front of either makes no difference."""
    candidates: Iterable[str] = (part.strip().removeprefix("W/") for part in condition.split(","))
    return any(candidate in (etag, "*") for candidate in candidates)
