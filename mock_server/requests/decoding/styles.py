"""Where the parts of a value are in a text: the styles of parameters.

Rules: the styles are those of OpenAPI 3.1.1 section 4.8.12.6 ("Style Examples"); most are those
of RFC 6570 section 3.2. Delimiters are looked for before anything is percent-decoded, because an
encoded delimiter is data. Where the specification leaves a form open, or has changed it, each
reading that people use is tried. A reading gives raw parts; `shapes` makes values of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from mock_server.requests.decoding.shapes import ANYTHING, Raw, Shape, member_shape

Pairs = Sequence[tuple[str, str]]
"""Names and raw values."""

Readings = list[Raw]
"""What a text may stand for, the likeliest first; none where the style does not allow it."""


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a text like a query: names decoded, values not (WHATWG URL, section 5.1)."""
    parts = (part.partition("=") for part in text.split("&") if part)
    return tuple((unquote_plus(name), value) for name, _, value in parts)


@dataclass(frozen=True, slots=True)
class Named:
    """What is read from pairs: the name, and the names that are other parameters'."""

    name: str
    shape: Shape
    taken: frozenset[str] = frozenset()


_COMMA = re.compile(",")
_DELIMITERS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    # Many clients encode a comma that delimits; so it counts where no other reading is right.
    "form": (_COMMA, re.compile(",|%2[Cc]")),
    "cookie": (_COMMA,),
    "spaceDelimited": (re.compile(r"%20|\+| "),),
    "pipeDelimited": (re.compile(r"%7[Cc]|\|"),),
}
_HEADER = re.compile(r"[ \t]*,[ \t]*")  # RFC 9110 section 5.6.1
_DOT = re.compile(r"\.")
_KEYS = re.compile(r"(?:\[[^\[\]]*\])+")
_KEY = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"[0-9]*")


# --- one text


def listed(text: str, shape: Shape, delimiter: re.Pattern[str], *, explode: bool) -> Readings:
    """A text in which a delimiter stands between the items, or the members, of a value."""
    parts: list[Raw] = [*delimiter.split(text)] if text else []
    found: Readings = []
    if "array" in shape.kinds:
        found.append(parts)
        if not text:
            found.append([""])
    if "object" in shape.kinds:
        members = _assigned(parts) if explode else _alternate(parts)
        found += [] if members is None else [members]
    if shape.is_primitive:
        found.append(text)
    return found


def _alternate(parts: list[Any]) -> dict[str, Raw] | None:
    """`R,100,G,200`: names and values in turn."""
    if len(parts) % 2:
        return None
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _assigned(parts: list[Any]) -> dict[str, Raw] | None:
    """`R=100,G=200`."""
    if not all("=" in part for part in parts):
        return None
    return {name: value for name, _, value in (part.partition("=") for part in parts)}


def simple(text: str, shape: Shape, *, explode: bool) -> Readings:
    """In a path."""
    return listed(text, shape, _COMMA, explode=explode)


def simple_header(text: str, shape: Shape, *, explode: bool) -> Readings:
    """In a header, where white space may stand around commas."""
    return listed(text, shape, _HEADER, explode=explode)


def label(text: str, shape: Shape, *, explode: bool) -> Readings:
    """`.blue`. Until OpenAPI 3.0.3, dots stood between items that are not exploded, too."""
    if not text.startswith("."):
        return []
    if explode:
        return listed(text[1:], shape, _DOT, explode=True)
    return [
        reading
        for delimiter in (_COMMA, _DOT)
        for reading in listed(text[1:], shape, delimiter, explode=False)
    ]


def matrix(text: str, shape: Shape, name: str, *, explode: bool) -> Readings:
    """`;color=blue`."""
    if not text.startswith(";"):
        return []
    pairs = [(part.partition("=")[0], part.partition("=")[2]) for part in text[1:].split(";")]
    read = exploded if explode else delimited("form")
    return read(Named(name, shape), pairs) or []


# --- pairs of names and values


def exploded(named: Named, pairs: Pairs) -> Readings | None:
    """`color=blue&color=black`; the members of an object are pairs of their own."""
    name, shape = named.name, named.shape
    values: list[Raw] = [value for key, value in pairs if key == name]
    found: Readings = []
    if "array" in shape.kinds and values:
        found.append(values)
        if values == [""]:
            found.append([])
    members = _members(named, pairs) if "object" in shape.kinds else {}
    if members:
        found.append(members)
    if shape.is_primitive and values:
        found.append(values[0])
    return found or None


def _members(named: Named, pairs: Pairs) -> dict[str, Raw]:
    """The pairs that are members of an object: those that its schema names, and all that nothing
    else takes where it says what others are.
    """
    shape = named.shape
    found: dict[str, list[Raw]] = {}
    for key, value in pairs:
        if key in shape.properties or (shape.others and key not in named.taken):
            found.setdefault(key, []).append(value)
    return {
        key: values if "array" in member_shape(shape, key).kinds else values[0]
        for key, values in found.items()
    }


def delimited(style: str) -> Callable[[Named, Pairs], Readings | None]:
    """`color=blue,black`, and with other delimiters."""
    delimiters = _DELIMITERS[style]

    def read(named: Named, pairs: Pairs) -> Readings | None:
        values = [value for key, value in pairs if key == named.name]
        if not values:
            return None
        return [
            reading
            for delimiter in delimiters
            for reading in listed(values[0], named.shape, delimiter, explode=False)
        ]

    return read


def _either(style: str) -> Callable[[Named, Pairs], Readings | None]:
    """Exploded, the space and the pipe delimit nothing (OpenAPI 3.0.3 section 4.7.12.2.3: as
    `form`); older documents mean the delimiter all the same.
    """
    read = delimited(style)

    def both(named: Named, pairs: Pairs) -> Readings | None:
        found = [*(exploded(named, pairs) or ()), *(read(named, pairs) or ())]
        return found or None

    return both


def deep_object(named: Named, pairs: Pairs) -> Readings | None:
    """`color[R]=100&color[G]=200`. The specification leaves nesting and arrays open; read are
    `color[a][b]=1`, and `color[a]=1&color[a]=2`, `color[a][]=1` and `color[a][0]=1`.
    """
    start = named.name + "["
    root: dict[str, Any] = {}
    is_clear = True
    for key, value in pairs:
        if key.startswith(start):
            is_clear &= _insert(root, key[len(named.name) :], value)
    if root or not is_clear:
        return [_settled(root, named.shape)] if is_clear else []
    plain = named.shape.is_primitive or "array" in named.shape.kinds
    return exploded(named, pairs) if plain else None


def _insert(root: dict[str, Any], keys: str, value: str) -> bool:
    """Put a value where its keys lead; whether they lead anywhere."""
    if not _KEYS.fullmatch(keys):
        return False
    *before, last = _KEY.findall(keys)
    for key in before:
        root = root.setdefault(key, {})
        if not isinstance(root, dict):
            return False
    values = root.setdefault(last, [])
    if not isinstance(values, list):
        return False
    values.append(value)
    return True


def _settled(node: Any, shape: Shape) -> Raw:
    """The parts that were found, as the lists, objects and texts that the schema wants."""
    is_array = "array" in shape.kinds
    if isinstance(node, list):
        return node if is_array else node[0]
    if is_array and all(_INDEX.fullmatch(key) for key in node):
        inside = shape.items or ANYTHING
        return [
            one
            for key in sorted(node, key=lambda key: int(key or 0))
            for one in _each(node[key], inside)
        ]
    return {key: _settled(value, member_shape(shape, key)) for key, value in node.items()}


def _each(node: Any, shape: Shape) -> Iterable[Raw]:
    return node if isinstance(node, list) else [_settled(node, shape)]


PAIRED: Mapping[tuple[str, bool], Callable[[Named, Pairs], Readings | None]] = {
    ("form", True): exploded,
    ("form", False): delimited("form"),
    ("cookie", True): exploded,  # OpenAPI 3.2
    ("cookie", False): delimited("cookie"),
    ("spaceDelimited", True): _either("spaceDelimited"),
    ("spaceDelimited", False): delimited("spaceDelimited"),
    ("pipeDelimited", True): _either("pipeDelimited"),
    ("pipeDelimited", False): delimited("pipeDelimited"),
    ("deepObject", True): deep_object,
    ("deepObject", False): deep_object,
}
"""The styles of what is written as pairs (queries, cookies and forms), exploded or not."""
