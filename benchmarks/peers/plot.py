"""What a request costs at each server, as a picture: SVG, written by hand.

Rules: a bar is as long as the logarithm of its figure, with a line from the first to the third
quartile; the figure stands beside it, so that nothing is only seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from benchmarks.peers.figures import Figure

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 760, 30, 220, 120, 56
_INK, _BAR, _OURS = "#24292f", "#8c959f", "#0969da"


def svg(title: str, unit: str, figures: Mapping[str, Figure], ours: str) -> str:
    """The picture: a bar for each name, the cheapest first. Those that start as `ours` stand
    out.
    """
    rows = sorted(figures.items(), key=lambda item: item[1].median)
    low = 10 ** math.floor(math.log10(min(figure.low for _, figure in rows)))
    high = 10 ** math.ceil(math.log10(max(figure.high for _, figure in rows)))
    height = _TOP + _ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' font-family="sans-serif" font-size="13" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_grid(low, high, height, unit),
    ]
    for number, (name, figure) in enumerate(rows):
        parts += _bar(name, figure, low, high, number, name.startswith(ours))
    return "\n".join([*parts, "</svg>"]) + "\n"


def place(value: float, low: float, high: float) -> float:
    """Where a value is on the axis."""
    share = (math.log10(value) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _grid(low: float, high: float, height: int, unit: str) -> list[str]:
    values = [10**n for n in range(round(math.log10(low)), round(math.log10(high)) + 1)]
    lines = []
    for value in values:
        x = place(value, low, high)
        lines.append(
            f'<path d="M{x:.1f} {_TOP - 8}V{height - 26}" stroke="#d0d7de" fill="none"/>'
            f'<text x="{x:.1f}" y="{height - 10}" text-anchor="middle">{value:,} {unit}</text>'
        )
    return lines


def _bar(
    name: str, figure: Figure, low: float, high: float, number: int, is_ours: bool
) -> list[str]:
    y = _TOP + number * _ROW
    ends = [place(value, low, high) for value in (figure.low, figure.median, figure.high)]
    middle = y + (_ROW - 8) / 2
    return [
        f'<text x="{_LEFT - 10}" y="{middle + 5:.1f}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{_LEFT}" y="{y}" width="{ends[1] - _LEFT:.1f}" height="{_ROW - 8}"'
        f' fill="{_OURS if is_ours else _BAR}"/>',
        f'<path d="M{ends[0]:.1f} {middle:.1f}H{ends[2]:.1f}" stroke="{_INK}" fill="none"/>',
        f'<text x="{ends[2] + 8:.1f}" y="{middle + 5:.1f}">{figure.median:,.1f}</text>',
    ]
