"""A report as a page to read and to print: no script, no picture from elsewhere, one style sheet inside."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from entrypoints.http.representations.flat import batches, columns_of, flat, text_of
from entrypoints.http.representations.views import VIEWS, View

STYLE = files("entrypoints.http.representations").joinpath("style.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PRESENCES = frozenset({"contains", "may-contain", "unknown", "free"})
_CAPITAL = re.compile(r"(?<=[a-z])([A-Z])")


def page_parts(report: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the page; the rows come last and in parts."""
    kind = report["report"]["kind"]
    view = VIEWS.get(kind, View())
    yield _head(kind.replace("-", " ").capitalize(), report).encode()
    yield "".join(view.charts(report)).encode()
    yield from _table(view.rows, report["rows"], view.columns)
    for name, member in report["summary"].items():
        if isinstance(member, list) and member and name not in view.drawn:
            rows = [item if isinstance(item, dict) else {name: item} for item in member]
            yield from _table(_words(name).capitalize(), rows, None)
    snapshot = escape(report["report"]["snapshot"])
    yield f"<footer><p>Snapshot <code>{snapshot}</code></p></footer></body></html>\n".encode()


def _head(title: str, report: Mapping[str, Any]) -> str:
    coverage = report["coverage"]
    lines, resolved = coverage["lines"], coverage["resolved"]
    covered = f"{resolved:,} of {lines:,} ingredient lines understood"
    share = f" ({100 * resolved / lines:.1f} %)" if lines else ""
    meter = f'<meter min="0" max="{lines}" value="{resolved}"></meter> ' if lines else ""
    asked = "; ".join(f"{_words(name)}: {text_of(value)}" for name, value in report["report"]["parameters"].items())
    facts = "".join(
        f"<div><dt>{escape(_words(name))}</dt><dd>{escape(_shown(value))}</dd></div>"
        for name, value in {**coverage, **report["summary"]}.items()
        if not isinstance(value, list | dict) and value is not None and name not in ("lines", "resolved")
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<header><h1>{escape(title)}</h1><p class="covered">{meter}{covered}{share}</p>'
        f'<p>{escape(asked) or "All published recipes"}</p></header><dl class="facts">{facts}</dl>'
    )


def _table(title: str, rows: Sequence[Mapping[str, Any]], chosen: Mapping[str, str] | None) -> Iterator[bytes]:
    columns = chosen or {path: _words(path.rpartition(".")[2]) for path in columns_of(rows)}
    columns = {path: heading for path, heading in columns.items() if path != "recipe"}
    numbers = {path for path in columns if any(_is_number(flat(row).get(path)) for row in rows)}
    heads = "".join(f"<th{_right(path, numbers)}>{escape(heading)}</th>" for path, heading in columns.items())
    yield f'<h2>{escape(title)}</h2><div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>'.encode()
    for batch in batches(rows):
        cells = ("".join(_cell(flat(row).get(path), _right(path, numbers)) for path in columns) for row in batch)
        yield "".join(f"<tr>{each}</tr>" for each in cells).encode()
    yield b"</tbody></table></div>"


def _cell(value: object, right: str) -> str:
    if isinstance(value, str) and value in PRESENCES:
        marks = {"contains": "●", "may-contain": "◐", "unknown": "?", "free": "–"}
        return f'<td class="{value}" title="{value}">{marks[value]}</td>'
    return f"<td{right}>{escape(_shown(value))}</td>"


def _right(path: str, numbers: frozenset[str] | set[str]) -> str:
    return ' class="n"' if path in numbers else ""


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else text_of(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(name: str) -> str:
    """Return a member's name as people write it: `costPerServing` is "cost per serving"."""
    return _CAPITAL.sub(lambda match: " " + match[1].lower(), name).replace("_", " ")
