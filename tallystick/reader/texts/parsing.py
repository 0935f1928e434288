"""Text to JSON values, and the line of every value.

Rules: a document never executes anything. YAML is read with the JSON-compatible core schema of
YAML 1.2 (`on`, `NO` and dates stay strings), tags other than the core ones are refused, and so
are aliases that add more than `MAX_NODES` values, and nesting deeper than `MAX_DEPTH`. Text that
starts with `{` is read as JSON (RFC 8259). Of equal keys the last one holds, and is noted.
Lines of JSON are looked for when somebody asks: most runs never do.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import yaml

from tallystick.errors import LoadError, Source
from tallystick.reader.pointers import Path, to_pointer

MAX_NODES = 500_000
"""How many values the aliases of one document may add."""

MAX_DEPTH = 200
"""How deep values may be nested; Python's own recursion would overflow."""

_SHOWN = 80
"""How many letters of a text a message shows."""

LARGEST = sys.float_info.max
"""The largest number that is read; a larger one is read as this."""

Children = dict[str, Any] | list[Any] | None


@dataclass(frozen=True, slots=True)
class Place:
    """The first and last line of a value, counted from 1, and the places of what it holds."""

    first: int
    last: int
    children: Children = None

    def find(self, path: Path) -> Place:
        """The place of the value at a path, or of its nearest parent that stands in the text."""
        place = self
        for token in path:
            inside = _child(place.children, token)
            if inside is None:
                break
            place = inside
        return place


def _child(children: Children, token: str) -> Place | None:
    if isinstance(children, dict):
        return children.get(token)
    if isinstance(children, list) and token.isascii() and token.isdigit():
        index = int(token)
        return children[index] if index < len(children) else None
    return None


@dataclass(slots=True, eq=False)
class Parsed:
    """One text as JSON value. `offset` lines of the file stand before the text; `repeated` are
    the paths of keys that stand in one mapping twice, each with the line of the later one.
    """

    value: Any
    file: str
    text: str
    offset: int = 0
    repeated: tuple[tuple[Path, int], ...] = ()
    place: Place | None = field(default=None, repr=False)

    def locate(self, path: Path, needle: str = "") -> Source:
        """The source of the value at this path, or of its nearest parent that stands in the text;
        with a needle, its line is the one that holds the needle, if one does.
        """
        return Source(self.file, to_pointer(path), lambda: self._line(path, needle))

    def _line(self, path: Path, needle: str) -> int | None:
        if self.place is None:
            self.place = _json_places(self.text)[0]
        place = self.place.find(path)
        if place.first == 0:
            return None
        if needle and place.last > place.first:
            lines = self.text.splitlines()[place.first - 1 : place.last]
            within = (number for number, line in enumerate(lines) if needle in line)
            return place.first + next(within, 0) + self.offset
        return place.first + self.offset


def parse(text: str, file: str, *, offset: int = 0) -> Parsed:
    """Parse YAML or JSON text.

    `offset` is the number of lines of the file that stand before the text (a fenced block of a
    Markdown page). Raises LoadError with the line where the text is not valid.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        parsed = _parse_json(text, file, offset)
        if parsed is not None:
            return parsed
    return _YamlReader(text, file, offset).read()


# --- JSON


def _parse_json(text: str, file: str, offset: int) -> Parsed | None:
    """JSON text; None where it may be YAML instead. Raises LoadError."""
    repeats: list[str] = []
    try:
        value = _loads(text.removeprefix("\ufeff"), repeats)
    except json.JSONDecodeError as error:
        # Flow-style YAML starts with a brace too: let the YAML parser have the last word.
        if not text.rstrip().endswith("}") or re.search(r'"\s*:', text) is None:
            return None
        raise LoadError(
            f"This is not valid JSON: {error.msg} (column {error.colno}).",
            source=Source(file, "", error.lineno + offset),
            remedy="Correct it there.",
        ) from None
    except RecursionError:
        return None  # the YAML reader names the line of what is nested too deep
    if _is_too_deep(value):
        return None
    if _SURROGATE.search(text) and not _is_text(value):
        what = "A string holds half of a surrogate pair, which is no character."
        raise LoadError(what, source=Source(file), remedy="Look for \\ud8… and \\udc….")
    if not repeats:
        return Parsed(value, file, text, offset)
    place, repeated = _json_places(text)
    return Parsed(value, file, text, offset, _with_offset(repeated, offset), place)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        children = chain.from_iterable(
            each.values() if isinstance(each, dict) else each for each in level
        )
        level = [child for child in children if isinstance(child, dict | list)]
    return bool(level)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _loads(text: str, repeats: list[str]) -> Any:
    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            repeats.append("")
        return result

    read = partial(
        json.loads, text, object_pairs_hook=as_dict, parse_float=_finite, parse_constant=_constant
    )
    try:
        return read()
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer with more digits than Python converts
        return read(parse_int=_integer)


def _integer(text: str) -> int | float:
    """An integer; one too long for Python to convert is a float, as for other JSON readers."""
    try:
        return int(text)
    except ValueError:
        return _finite(text)


def _finite(text: str) -> float:
    """A number; one beyond all floats is the largest of them, since JSON has no infinity (RFC 8259
    section 6). Raises ValueError.
    """
    return max(-LARGEST, min(float(text), LARGEST))


def _countable(number: int) -> int | float:
    """An integer that Python writes again: one of `0xfff…` may have more digits."""
    return number if number.bit_length() < _MOST_BITS else LARGEST


_MOST_BITS = 14_000
"""Of about 4,200 digits."""


def _constant(text: str) -> float | None:
    """What Python's reader takes for a number, and JSON does not know."""
    return None if text == "NaN" else _finite(text)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')


def _json_places(text: str) -> tuple[Place, list[tuple[Path, int]]]:
    """The places of all values of valid JSON text, and the keys that are repeated."""
    line = 1
    top: list[Any] = []
    stack: list[tuple[Children, int, str]] = [(top, 1, "")]
    keys: list[str | None] = [None]
    first, is_key = 1, False
    repeated: list[tuple[Path, int]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        start = token[0]
        if start == "\n":
            line += 1
        elif start == ":":
            is_key = False
        elif start == ",":
            is_key = isinstance(stack[-1][0], dict)
        elif start in "{[":
            key = keys[-1]
            stack.append(({} if start == "{" else [], first if key is not None else line, start))
            keys.append(None)
            is_key = start == "{"
        elif start in "}]":
            children, began, _ = stack.pop()
            keys.pop()
            _add(stack[-1][0], keys, Place(began, line, children))
        elif is_key:
            keys[-1] = json.loads(token) if "\\" in token else token[1:-1]
            first = line
            children = stack[-1][0]
            if isinstance(children, dict) and keys[-1] in children:
                repeated.append((_path(stack, keys), line))
        else:
            began = first if keys[-1] is not None else line
            _add(stack[-1][0], keys, Place(began, line))
    return (top[0] if top else Place(0, 0)), repeated


def _add(children: Children, keys: list[str | None], place: Place) -> None:
    key = keys[-1]
    if isinstance(children, dict) and key is not None:
        children[key] = place
        keys[-1] = None
    elif isinstance(children, list):
        children.append(place)


def _path(stack: list[tuple[Children, int, str]], keys: list[str | None]) -> Path:
    """The path of the key that was read last."""
    tokens = []
    for (children, _, _), key in zip(stack[1:], keys[1:], strict=True):
        tokens.append(str(len(children)) if isinstance(children, list) else str(key))
    return tuple(tokens)


def _with_offset(repeated: Sequence[tuple[Path, int]], offset: int) -> tuple[tuple[Path, int], ...]:
    return tuple((path, line + offset) for path, line in repeated)


# --- YAML

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

CORE_SCALARS: tuple[tuple[str, str, Sequence[str]], ...] = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("merge", r"^<<$", "<"),
)
"""The scalars that are no strings: tag, pattern, first characters (YAML 1.2.2 section 10.3.2)."""

_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _tag, _pattern, _first in CORE_SCALARS:
    for _character in _first:
        _RESOLVERS.setdefault(_character, []).append((_tag, re.compile(_pattern)))

_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"str", "int", "float", "bool", "null"}
_WORDS = {"true": True, "false": False}


@dataclass(slots=True)
class _Frame:
    """A mapping or sequence that is being read."""

    is_mapping: bool
    first: int
    anchor: str | None
    value: Any
    children: Any
    merged: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    key_line: int = 0
    is_merge: bool = False
    depth: int = 1
    size: int = 1


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    place: Place
    depth: int
    size: int


class _YamlReader:
    """Builds values and places from PyYAML's events, in one pass."""

    def __init__(self, text: str, file: str, offset: int) -> None:
        self.text = text
        self.file = file
        self.offset = offset
        self.frames: list[_Frame] = []
        self.anchors: dict[str, _Anchored] = {}
        self.added = 0
        self.repeated: list[tuple[Path, int]] = []
        self.root: tuple[Any, Place] = (None, Place(0, 0))
        self.documents = 0

    def read(self) -> Parsed:
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                read = _READERS.get(type(event))
                if read is not None:
                    read(self, event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 + self.offset if mark else None
            raise LoadError(
                f"This is not valid YAML: {error.problem or error.context}.",
                source=Source(self.file, "", line),
                remedy="Correct it there.",
            ) from None
        except (yaml.YAMLError, ValueError) as error:
            raise LoadError(f"This is not valid YAML: {error}.", source=Source(self.file)) from None
        value, place = self.root
        repeated = _with_offset(self.repeated, self.offset)
        return Parsed(value, self.file, self.text, self.offset, repeated, place)

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._error(event, "This is not valid YAML: a second document.", "Remove it.")

    def start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _PREFIX + ("map" if is_mapping else "seq")):
            raise self._tag_error(event)
        if self._is_at_key():
            raise self._error(event, "A key must be a string.", "Quote it.")
        if len(self.frames) > MAX_DEPTH:
            raise self._too_deep(event)
        line = _first_line(event)
        self.frames.append(
            _Frame(is_mapping, line, event.anchor, *(({}, {}) if is_mapping else ([], [])))
        )

    def end(self, event: yaml.Event) -> None:
        frame = self.frames.pop()
        value = {**frame.merged, **frame.value} if frame.merged else frame.value
        place = Place(frame.first, max(_last_line(event), frame.first), frame.children)
        self._keep(frame.anchor, value, place, frame.depth, frame.size)
        self._add(event, value, place, frame.depth, frame.size)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if self._is_at_key():
            frame = self.frames[-1]
            frame.key, frame.key_line = event.value, _first_line(event)
            frame.is_merge = event.value == "<<" and event.implicit[0]
            return
        value = self._value(event)
        place = Place(_first_line(event), max(_last_line(event), _first_line(event)))
        self._keep(event.anchor, value, place, 0, 1)
        self._add(event, value, place, 0, 1)

    def alias(self, event: yaml.AliasEvent) -> None:
        if any(frame.anchor == event.anchor for frame in self.frames):
            raise self._error(event, "A YAML alias refers to itself.", "Use $ref for recursion.")
        known = self.anchors.get(str(event.anchor))
        if known is None:
            raise self._error(event, f"No anchor is called {event.anchor!r}.", "Correct it there.")
        if self._is_at_key():
            frame = self.frames[-1]
            if not isinstance(known.value, str):
                raise self._error(event, "A key must be a string.", "Quote it.")
            frame.key, frame.key_line = known.value, _first_line(event)
            return
        self.added += known.size
        if self.added > MAX_NODES:
            raise self._error(
                event,
                f"The document holds more than {MAX_NODES:,} values once aliases are expanded.",
                "Use $ref instead of YAML aliases.",
            )
        if len(self.frames) + known.depth > MAX_DEPTH:
            raise self._too_deep(event)
        value = copy.deepcopy(known.value)
        self._add(event, value, known.place, known.depth, known.size)

    def _is_at_key(self) -> bool:
        return bool(self.frames) and self.frames[-1].is_mapping and self.frames[-1].key is None

    def _keep(self, anchor: str | None, value: Any, place: Place, depth: int, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchored(value, place, depth, size)

    def _add(self, event: yaml.Event, value: Any, place: Place, depth: int, size: int) -> None:
        if not self.frames:
            self.root = (value, place)
            return
        frame = self.frames[-1]
        frame.depth = max(frame.depth, depth + 1)
        frame.size += size
        if not frame.is_mapping:
            frame.value.append(value)
            frame.children.append(place)
            return
        key = str(frame.key)
        frame.key = None
        if frame.is_merge:
            self._merge(event, frame, value, place)
            return
        if key in frame.value:
            self.repeated.append(((*self._path(), key), frame.key_line))
        frame.value[key] = value
        # The key's line is what a person looks for, not the line of the value below it.
        frame.children[key] = Place(frame.key_line, max(place.last, frame.key_line), place.children)

    def _merge(self, event: yaml.Event, frame: _Frame, value: Any, place: Place) -> None:
        """`<<` gives members that the mapping lacks; of several mappings, the first wins."""
        values = value if isinstance(value, list) else [value]
        places = place.children if isinstance(value, list) else [place]
        for item, where in zip(values, places or [], strict=False):
            if not isinstance(item, dict):
                raise self._error(event, "Only a mapping can be merged with '<<'.", "Correct it.")
            for name in item:
                frame.merged.setdefault(name, item[name])
                inside = _child(where.children, name)
                if inside is not None:
                    frame.children.setdefault(name, inside)

    def _path(self) -> Path:
        return tuple(
            str(frame.key) if frame.is_mapping else str(len(frame.value))
            for frame in self.frames[:-1]
        )

    def _value(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if event.implicit[0]:
            for tag, pattern in _RESOLVERS.get(text[:1], ()):
                if pattern.match(text):
                    return self._scalar(event, tag)
            return text
        if event.implicit[1] or event.tag == "!":
            return text
        tag = str(event.tag).removeprefix(_PREFIX)
        if tag not in _SCALAR_TAGS or not str(event.tag).startswith(_PREFIX):
            raise self._tag_error(event)
        return self._scalar(event, tag)

    def _scalar(self, event: yaml.ScalarEvent, kind: str) -> Any:
        text = event.value
        if kind == "null":
            return None
        if kind == "bool":
            if text.lower() not in _WORDS:
                raise self._error(
                    event, f"{text[:_SHOWN]!r} is neither true nor false.", "Correct it."
                )
            return _WORDS[text.lower()]
        if kind in ("int", "float"):
            return self._number(event, kind)
        return text

    def _number(self, event: yaml.ScalarEvent, kind: str) -> int | float:
        text = event.value
        try:
            if kind == "int":
                return _countable(int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)))
        except ValueError:
            pass  # too long for Python to convert, or no integer at all
        try:
            return _finite(text)
        except ValueError:
            raise self._error(event, f"{text[:_SHOWN]!r} is no number.", "Correct it.") from None

    def _tag_error(self, event: yaml.NodeEvent) -> LoadError:
        tag = str(getattr(event, "tag", None))[:_SHOWN]
        return self._error(event, f"The YAML tag {tag!r} is not allowed.", "Remove it.")

    def _too_deep(self, event: yaml.Event) -> LoadError:
        what = f"Values are nested more than {MAX_DEPTH} deep."
        return self._error(event, what, "Use $ref to flatten them.")

    def _error(self, event: yaml.Event, what: str, remedy: str) -> LoadError:
        line = _first_line(event) + self.offset
        return LoadError(what, source=Source(self.file, "", line), remedy=remedy)


def _first_line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _last_line(event: yaml.Event) -> int:
    mark = event.end_mark
    return mark.line + (1 if mark.column else 0) if mark else 0


_READERS: dict[type, Any] = {
    yaml.DocumentStartEvent: _YamlReader.document,
    yaml.MappingStartEvent: _YamlReader.start,
    yaml.SequenceStartEvent: _YamlReader.start,
    yaml.MappingEndEvent: _YamlReader.end,
    yaml.SequenceEndEvent: _YamlReader.end,
    yaml.ScalarEvent: _YamlReader.scalar,
    yaml.AliasEvent: _YamlReader.alias,
}
