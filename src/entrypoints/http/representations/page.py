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
MARKS = {"contains": "●", "may-contain": "◐", "unknown": "?", "free": "–"}
PRESENCES = frozenset(MARKS)
_MEANINGS = "".join(f"<span>{mark} {name.replace('-', ' ')}</span>" for name, mark in MARKS.items())
KEY = f'<p class="key">{_MEANINGS}</p>'
_CAPITAL = re.compile(r"(?<=[a-z])([A-Z])")


def page_parts(report: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the page; the rows come last and in parts."""
    kind = report["report"]["kind"]
    view = VIEWS.get(kind, View())
    yield _head(kind.replace("-", " ").capitalize(), report).encode()
    yield "".join(view.charts(report)).encode()
    yield from _table(view.rows, sorted(report["rows"], key=view.is_empty), view.columns, view)
    for name, member in report["summary"].items():
        if isinstance(member, list) and member and name not in view.drawn:
            rows = [item if isinstance(item, dict) else {name: item} for item in member]
            yield from _table(_words(name).capitalize(), rows, None, View())
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


def _table(
    title: str, rows: Sequence[Mapping[str, Any]], chosen: Mapping[str, str] | None, view: View
) -> Iterator[bytes]:
    columns = chosen or {path: _words(path.rpartition(".")[2]) for path in columns_of(rows)}
    columns = {path: heading for path, heading in columns.items() if path != "recipe"}
    drawn = [_Column(path, heading, rows, view) for path, heading in columns.items()]
    heads = "".join(f"<th{column.attribute}>{escape(column.heading)}</th>" for column in drawn)
    key = KEY if any(column.is_presence for column in drawn) else ""
    yield f'<h2>{escape(title)}</h2>{key}<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>'.encode()
    for batch in batches(rows):
        cells = ("".join(column.cell(values.get(column.path)) for column in drawn) for values in map(flat, batch))
        yield "".join(f"<tr>{each}</tr>" for each in cells).encode()
    yield b"</tbody></table></div>"


class _Column:
    """One column: numbers stand right, all with as many decimal places; marks stand under a narrow heading."""

    def __init__(self, path: str, heading: str, rows: Sequence[Mapping[str, Any]], view: View) -> None:
        values = [flat(row).get(path) for row in rows]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        self.path, self.heading = path, heading
        self.is_presence = any(isinstance(value, str) and value in PRESENCES for value in values)
        self.places = view.places.get(path, min(view.most_places, max(map(_places, numbers), default=0)))
        self.attribute = ' class="n"' if numbers else ' class="v"' if self.is_presence else ""

    def cell(self, value: object) -> str:
        """Return the cell of one row; what is unknown is a dash."""
        match value:
            case str() if value in PRESENCES and self.is_presence:
                return f'<td class="{value}" title="{value}">{MARKS[value]}</td>'
            case bool() | str():
                return f"<td>{escape(text_of(value))}</td>"
            case int() | float():
                return f"<td{self.attribute}>{value:,.{self.places}f}</td>"
            case None:
                return f"<td{self.attribute}>–</td>"
            case _:
                return f"<td>{escape(text_of(value))}</td>"


def _places(number: float) -> int:
    return 0 if isinstance(number, int) or number.is_integer() else len(f"{number:.4f}".rstrip("0").partition(".")[2])


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else text_of(value)


def _words(name: str) -> str:
    """Return a member's name as people write it: `costPerServing` is "cost per serving"."""
    return _CAPITAL.sub(lambda match: " " + match[1].lower(), name).replace("_", " ")
