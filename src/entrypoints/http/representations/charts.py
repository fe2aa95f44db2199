"""Charts as inline SVG, without script: bars, parts of bars, and lines over time. Colours are the style sheet's."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import floor, log10

WIDTH = 720
LABEL_WIDTH = 190
ROW = 22
PLOT = (60, 20, 520, 240)
"""Left, top, width and height of the field that lines are drawn in."""
SERIES = 6
MOST_MARKS = 8
HALVES = (1, 2, 5, 10)


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """Return one bar a label, longest first as given."""
    return stacked(title, [""], [(label, [value]) for label, value in values])


def changes(title: str, values: Sequence[tuple[str, float]]) -> str:
    """Return one bar a label, as long as the change, with its sign and in another colour when it goes down."""
    drawn = [(f"{label} \N{MINUS SIGN}" if value < 0 else f"{label} +", value) for label, value in values]
    figures = [(label, [max(0.0, value), max(0.0, -value)]) for label, value in drawn]
    return stacked(title, ["dearer", "cheaper"], figures, "changes", is_labelled=True)


def stacked(
    title: str,
    parts: Sequence[str],
    values: Sequence[tuple[str, Sequence[float]]],
    palette: str = "",
    *,
    is_labelled: bool = False,
) -> str:
    """Return one bar a label, divided into the named parts; the style sheet has colours for a palette's name."""
    longest = max((sum(each) for _, each in values), default=0) or 1
    room = WIDTH - LABEL_WIDTH - 90
    drawn: list[str] = []
    for number, (label, each) in enumerate(values):
        top, left = 4 + number * ROW, float(LABEL_WIDTH)
        drawn.append(f'<text class="end" x="{LABEL_WIDTH - 8}" y="{top + 14}">{escape(_short(label))}</text>')
        for part, value in enumerate(each):
            width = round(value / longest * room, 1)
            name = f"{label}, {parts[part]}: {value:,g}" if parts[part] else f"{label}: {value:,g}"
            drawn.append(
                f'<rect class="s{part}" x="{left:.1f}" y="{top}" width="{width}" height="{ROW - 5}">'
                f"<title>{escape(name)}</title></rect>"
            )
            left += width
        if len(parts) == 1 or is_labelled:
            drawn.append(f'<text x="{left + 6:.1f}" y="{top + 14}">{sum(each):,g}</text>')
    return _figure(title, 8 + len(values) * ROW, drawn, parts if len(parts) > 1 else [], palette)


def lines(title: str, series: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return one line a name over the same points in time; a value that is unknown leaves a gap."""
    shown = dict(list(series.items())[:SERIES])
    points = list(next(iter(shown.values()), {}))
    known = [value for each in shown.values() for value in each.values() if value is not None]
    if not known:
        return ""
    left, top, width, height = PLOT
    ceiling, step = _scale(max(known))
    drawn = list(_grid(ceiling, step))
    for number, point in enumerate(points):
        if number % -(-len(points) // MOST_MARKS) == 0:
            across = left + width * number / max(1, len(points) - 1)
            drawn.append(f'<text class="mid" x="{across:.1f}" y="{top + height + 18}">{escape(point)}</text>')
    for number, values in enumerate(shown.values()):
        at = [
            f"{left + width * place / max(1, len(points) - 1):.1f},{top + height * (1 - value / ceiling):.1f}"
            for place, value in enumerate(values.values())
            if value is not None
        ]
        drawn.append(f'<polyline class="l{number}" points="{" ".join(at)}"/>')
    return _figure(title, top + height + 30, drawn, list(shown), is_line=True)


def _grid(ceiling: float, step: float) -> Iterator[str]:
    left, top, width, height = PLOT
    for number in range(round(ceiling / step) + 1):
        y = top + height * (1 - number * step / ceiling)
        yield f'<line class="grid" x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="end" x="{left - 8}" y="{y + 4:.1f}">{number * step:,g}</text>'


def _scale(largest: float) -> tuple[float, float]:
    """Return a round ceiling and the step of its grid: 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return 1, 1
    power = 10 ** floor(log10(largest / 4))
    step = next(half * power for half in HALVES if half * power * 5 >= largest)
    return step * -(-largest // step), step


def _figure(
    title: str,
    height: float,
    drawn: Sequence[str],
    legend: Sequence[str],
    palette: str = "",
    *,
    is_line: bool = False,
) -> str:
    mark = "l" if is_line else "s"
    keys = "".join(f'<li class="{mark}{number}">{escape(name)}</li>' for number, name in enumerate(legend))
    listed = f'<ul class="legend">{keys}</ul>' if keys else ""
    return (
        f'<figure class="{palette}"><figcaption>{escape(title)}</figcaption>{listed}'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(drawn)}</svg></figure>"
    )


def _short(label: str, longest: int = 26) -> str:
    return label if len(label) <= longest else label[: longest - 1] + "…"
