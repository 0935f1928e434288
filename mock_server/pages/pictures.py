"""Pictures for made-up data: a person's initials, or a thing with its name, as SVG.

Rules: the address says all that is drawn, so that the same address always shows the same. Nothing
of the address reaches the picture unescaped, and the picture may load and run nothing.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from textwrap import wrap

from markupsafe import escape

PICTURE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=86400",
    # Pages of other origins show these pictures, and may read them into a canvas.
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}

_LONGEST = 60
_SUFFIX = re.compile(r"-[0-9a-f]{4}$")


def picture(what: str, name: str) -> str:
    """The picture of a `person`, or of whatever else, of this name."""
    digest = blake2b(name.encode(), digest_size=4).digest()
    hue, turn = digest[0] * 360 // 256, digest[1] * 90 // 256
    words = _SUFFIX.sub("", name[:_LONGEST]).replace("-", " ").split() or ["?"]
    return _person(words, hue) if what == "person" else _thing(words, hue, turn)


def _person(words: list[str], hue: int) -> str:
    initials = escape("".join(word[0] for word in [words[0], *words[1:][-1:]]).upper())
    return (
        _open(200, 200, " ".join(words))
        + f'<rect width="200" height="200" fill="hsl({hue} 45% 45%)"/>'
        + _text(100, 100, 84, initials)
        + "</svg>"
    )


def _thing(words: list[str], hue: int, turn: int) -> str:
    lines = wrap(" ".join(words).capitalize(), 18)[:3]
    shown = "".join(
        _text(200, 150 + 40 * number - 20 * (len(lines) - 1), 34, escape(line))
        for number, line in enumerate(lines)
    )
    return (
        _open(400, 300, " ".join(words))
        + f'<rect width="400" height="300" fill="hsl({hue} 40% 42%)"/>'
        + f'<g transform="rotate({turn} 200 150)" fill="hsl({(hue + 30) % 360} 45% 52%)">'
        + '<circle cx="90" cy="60" r="90"/><rect x="250" y="170" width="180" height="180" rx="24"/>'
        + f"</g>{shown}</svg>"
    )


def _open(width: int, height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{escape(title)}</title>'
    )


def _text(x: int, y: int, size: int, text: str) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="system-ui, sans-serif" font-size="{size}" '
        'font-weight="600" fill="#fff" text-anchor="middle" dominant-baseline="central">'
        f"{text}</text>"
    )
