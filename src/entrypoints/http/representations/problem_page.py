"""A type of problem as a page to read, and the list of all of them; under the policy of the report pages."""

from collections.abc import Iterable
from html import escape
from http import HTTPStatus

from entrypoints.http.representations.page import CONTENT_SECURITY_POLICY, STYLE
from entrypoints.problem_types import ProblemType

POLICY = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}


def problem_page(type_: ProblemType) -> bytes:
    """Return the page that a problem's `type` leads to."""
    return _page(
        type_.title,
        f"<p>{escape(type_.meaning)}</p>"
        f'<dl class="facts"><div><dt>type</dt><dd><code>{escape(type_.uri)}</code></dd></div>'
        f"<div><dt>status</dt><dd>{type_.status} {escape(_phrase(type_.status))}</dd></div></dl>"
        '<footer><p><a href="/problems">All problems</a></p></footer>',
    )


def problem_list_page(types: Iterable[ProblemType]) -> bytes:
    """Return the page of all types."""
    rows = "".join(
        f'<tr><td>{each.status}</td><td><a href="{escape(each.uri)}">{escape(each.title)}</a></td>'
        f"<td>{escape(each.meaning)}</td></tr>"
        for each in types
    )
    return _page(
        "Problems",
        f"<table><thead><tr><th>status</th><th>title</th><th>meaning</th></tr></thead><tbody>{rows}</tbody></table>",
    )


def _page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><header><h1>{escape(title)}</h1></header>{body}</body></html>\n"
    ).encode()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
