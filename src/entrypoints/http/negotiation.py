"""Whether a client takes any form that a route answers in (RFC 9110, section 12.5.1); asked before anything is done."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from entrypoints.edge import Edge, Exposure
from entrypoints.http.faults import NotAcceptableError

JSON = "application/json"


async def form_guard(connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler) -> None:
    """Raise NotAcceptableError where none of the route's forms is taken; a guard of every route.

    Problems are sent as problems, whatever is taken: a refusal that cannot be read helps nobody.
    """
    accept = connection.headers.get("accept")
    edge: Edge | None = route.opt.get("edge")
    if accept is None or accept == "*/*" or edge is None or edge.exposure is not Exposure.TOKEN:
        return
    forms = forms_of(route)
    if accept not in forms and not is_any_taken(forms, accept):
        raise NotAcceptableError(forms)


def forms_of(route: BaseRouteHandler) -> Sequence[str]:
    """Return the media types that a route answers in: those of `opt={"shows": …}`, else its own one."""
    shows: Sequence[str] = tuple(route.opt.get("shows", ()))
    return shows or (str(getattr(route, "media_type", None) or JSON),)


def is_any_taken(forms: Sequence[str], accept: str) -> bool:
    """Tell whether an Accept header takes any of these media types; one that says nothing sensible takes them all."""
    ranges = dict(_ranges(accept))
    return not ranges or any(_quality(form, ranges) > 0 for form in forms)


def _quality(form: str, ranges: dict[str, float]) -> float:
    """Return how well a media type is liked: the most specific range decides."""
    kind = form.partition("/")[0]
    return next((ranges[named] for named in (form, f"{kind}/*", "*/*") if named in ranges), 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        named, *parameters = (text.strip() for text in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                with suppress(ValueError):
                    quality = float(value)
        if "/" in named:
            yield named, quality
