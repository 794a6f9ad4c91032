"""Error over time and how it is spread, as SVG. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDE, HIGH, EDGE = 560, 300, 44
_COLOURS = ("#2563eb", "#dc2626", "#16a34a", "#9333ea", "#d97706", "#0891b2")
Points = Sequence[tuple[float, float]]


def plot(figures: Mapping[str, Any], title: str) -> str:
    """Two panels: each page's error over time, and what share of the skews is below a size."""
    series: Mapping[str, Points] = figures["series"]
    skews = sorted(_skews(series))
    share = [(each, (place + 1) / len(skews)) for place, each in enumerate(skews)]
    left = _panel(series, "error (ms, + = ahead) over steady time (s)", EDGE)
    right = _panel({"every two pages": share}, "share of windows with a skew below (ms)", WIDE + 90)
    size = f'width="{2 * WIDE + 110}" height="{HIGH + 110}"'
    head = f'<text x="{EDGE}" y="22" font-size="14">{escape(title.strip())}</text>'
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{head}{left}{right}</svg>\n'


def _skews(series: Mapping[str, Points]) -> list[float]:
    pages = [dict(points) for points in series.values()]
    return [
        abs(one[at] - other[at])
        for one, other in itertools.combinations(pages, 2)
        for at in one.keys() & other.keys()
    ]


def _panel(lines: Mapping[str, Points], title: str, left: int) -> str:
    points = [point for line in lines.values() for point in line]
    if not points:
        return f'<text x="{left}" y="60">nothing measured</text>'
    low_x, high_x = _range([x for x, _ in points])
    low_y, high_y = _range([y for _, y in points])
    wide = WIDE - EDGE

    def at(x: float, y: float) -> str:
        across = left + (x - low_x) / (high_x - low_x) * wide
        return f"{across:.1f},{50 + HIGH - (y - low_y) / (high_y - low_y) * HIGH:.1f}"

    parts = [f'<text x="{left}" y="42">{escape(title)}</text>']
    box = f'x="{left}" y="50" width="{wide}" height="{HIGH}"'
    parts.append(f'<rect {box} fill="none" stroke="#bbb"/>')
    for part in range(5):
        x, y = low_x + part / 4 * (high_x - low_x), low_y + part / 4 * (high_y - low_y)
        across, down = left + part / 4 * wide, 54 + HIGH - part / 4 * HIGH
        parts.append(
            f'<text x="{across:.0f}" y="{66 + HIGH}" text-anchor="middle">{x:.3g}</text>'
            f'<text x="{left - 4}" y="{down:.0f}" text-anchor="end">{y:.3g}</text>'
        )
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(at(x, y) for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        across = left + 90 * number
        parts.append(f'<text x="{across}" y="{86 + HIGH}" fill="{colour}">{escape(name)}</text>')
    return "".join(parts)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
