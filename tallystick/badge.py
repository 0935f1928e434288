"""Badges: a small picture (SVG 1.1) that says how many of the documented cases something holds for.

The colour is never the only sign: the text says the same.
"""

from __future__ import annotations

from html import escape

_HEIGHT, _PADDING, _CHARACTER = 20, 10, 6.6
_GOOD, _MIDDLING, _BAD = "#2e7d32", "#8a5a00", "#c62828"


def badge(label: str, part: int, whole: int) -> str:
    """A badge such as `cases met: 7 of 10`."""
    text = f"{part} of {whole}"
    left = round(len(label) * _CHARACTER) + _PADDING
    right = round(len(text) * _CHARACTER) + _PADDING
    width, said = left + right, escape(f"{label}: {text}")
    colour = _colour(part, whole)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" '
        f'aria-label="{said}">\n<title>{said}</title>\n'
        f'<rect width="{width}" height="{_HEIGHT}" rx="3" fill="#555"/>\n'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" rx="3" fill="{colour}"/>\n'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">\n'
        f'<text x="{left / 2:g}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{text}</text>\n</g>\n</svg>\n'
    )


def _colour(part: int, whole: int) -> str:
    if part >= whole:
        return _GOOD
    return _MIDDLING if part * 4 >= whole * 3 else _BAD
